#!/usr/bin/python3
"""Records what a known cron library says, for tests/engine/cron_recorded_test.cpp.

    apt-get install python3-croniter && tests/engine/cron/record.py > tests/engine/cron/recorded.txt

A line is `expression|after|minutes`: the zone is that of the line's number modulo five, `after` is in minutes since 1970,
UTC, and the next time comes so many minutes later. All instants lie in the past, where zones do not change any more.

croniter (1.3.5) knows the calendar: it is asked on a clock without a zone. What is ours, and where it deviates:
- Where clocks change, croniter leaves times out or doubles them, so the two rules of engine/cron.hpp are put around it:
  times of the day, and real time where all hours are named. zoneinfo says when the clocks change.
- Where both fields of days are given, a day fits that fits one of them; else it must fit both (a field that begins with
  `*` is not "given", as in Vixie cron). croniter takes `*/2` for a list, `0-6` for `*`, and asks for both beside `L`
  and `#`. So it is asked for each field alone, and the earlier answer counts; or for both (day_or).
- It writes the last Friday `L5`; we write `5L`.
- Its get_next goes past days that its own match() takes (`*/15` in February goes past the 1st of March): an answer that
  match() contradicts is left out.
"""
import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

ZONES = [ZoneInfo(n) for n in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
                               "Asia/Kathmandu")]
UTC = timezone.utc
MINUTE = timedelta(minutes=1)
FIRST, LAST = datetime(2001, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2025, 6, 1, tzinfo=UTC)


def field(rnd, low, high, names=None):
    def value():
        n = rnd.randint(low, high)
        return rnd.choice((names[n - low], names[n - low].lower())) if names and rnd.random() < 0.3 else str(n)
    what = rnd.random()
    if what < 0.35:
        return str(rnd.randint(low, high))
    if what < 0.5:
        return "*/%d" % rnd.randint(1, (high - low) // 2 + 1)
    if what < 0.65:
        a, b = sorted(rnd.sample(range(low, high + 1), 2))
        return "%d-%d" % (a, b) + ("/%d" % rnd.randint(1, 5) if rnd.random() < 0.4 else "")
    if what < 0.85:
        return ",".join(value() for _ in range(rnd.randint(2, 4)))
    return value()


MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()


def expression(rnd):
    minute = "*" if rnd.random() < 0.15 else field(rnd, 0, 59)
    hour = "*" if rnd.random() < 0.3 else field(rnd, 0, 4 if rnd.random() < 0.5 else 23)
    days = rnd.random()
    day = "*" if days < 0.55 else "L" if days < 0.62 else "?" if days < 0.65 else field(rnd, 1, 31)
    weekdays = rnd.random()
    weekday = ("*" if weekdays < 0.55 else "%dL" % rnd.randint(0, 6) if weekdays < 0.61
               else "%d#%d" % (rnd.randint(0, 6), rnd.randint(1, 5)) if weekdays < 0.68
               else field(rnd, 0, 6, WEEKDAYS))
    month = "*" if rnd.random() < 0.7 else field(rnd, 1, 12, MONTHS)
    return " ".join((minute, hour, day, month, weekday))


def transitions(zone):
    out, at = [], FIRST
    while at < LAST:
        following = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            out.append(change_between(zone, at, following))
        at = following
    return out


def change_between(zone, early, late):
    """The minute at which the offset of `late` begins."""
    offset = late.astimezone(zone).utcoffset()
    while late - early > MINUTE:
        middle = early + (late - early) // MINUTE // 2 * MINUTE
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late


class Library:
    def __init__(self, text):
        fields = text.replace("?", "*").split()
        if fields[4].endswith("L"):
            fields[4] = "L" + fields[4][:-1]
        both = fields[2].startswith("*") or fields[4].startswith("*")
        self.texts = ([" ".join(fields)] if both else
                      [" ".join(fields[:4] + ["*"]), " ".join(fields[:2] + ["*"] + fields[3:])])
        hours = croniter.expand(self.texts[0])[0][1]
        self.all_hours = hours == ["*"] or len(hours) == 24

    def next(self, local):
        return min(self.next_of(text, local) for text in self.texts)

    def next_of(self, text, local):
        found = croniter(text, local, day_or=False, max_years_between_matches=30).get_next(datetime)
        any_time = "* * " + " ".join(text.split()[2:])
        day = local.replace(hour=12, minute=0) + timedelta(days=1)
        while day.date() < found.date():
            if croniter.match(any_time, day, day_or=False):
                raise ValueError("contradicts itself")
            day += timedelta(days=1)
        return found


def instant_of(local, zone):
    aware = local.replace(tzinfo=zone)
    instant = aware.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:  # left out: the end of the gap
        return change_between(zone, instant - timedelta(hours=4), instant)
    return instant  # fold 0: the first time


def next_time(library, after, zone):
    local = after.astimezone(zone).replace(tzinfo=None)
    if not library.all_hours:
        while True:
            local = library.next(local)
            instant = instant_of(local, zone)
            if instant > after:
                return instant
    while True:  # real time, in steps that hold one offset
        offset = after.astimezone(zone).utcoffset()
        instant = (library.next((after + offset).replace(tzinfo=None)) - offset).replace(tzinfo=UTC)
        for day in range((instant - after).days + 1):
            late = min(after + timedelta(days=day + 1), instant)
            if late.astimezone(zone).utcoffset() != offset:
                after = change_between(zone, after + timedelta(days=day), late) - MINUTE
                local = (after + MINUTE).astimezone(zone).replace(tzinfo=None)
                # The first minute with the new offset may fit itself.
                first = library.next(local - MINUTE)
                if first == local:
                    return after + MINUTE
                after += MINUTE
                break
        else:
            return instant


def main():
    rnd = random.Random(4)
    changes = [transitions(z) for z in ZONES]
    done = 0
    while done < 10_000:
        zone = ZONES[done % 5]
        text = expression(rnd)
        if changes[done % 5] and rnd.random() < 0.5:
            after = rnd.choice(changes[done % 5]) + rnd.randint(-3000, 300) * MINUTE
        else:
            after = FIRST + rnd.randrange(int((LAST - FIRST) / MINUTE)) * MINUTE
        try:
            at = next_time(Library(text), after, zone)
        except Exception:  # croniter refuses it, or finds no such day
            continue
        if at > END:
            continue
        print("%s|%d|%d" % (text, after.timestamp() // 60, (at - after) // MINUTE))
        done += 1


main()
