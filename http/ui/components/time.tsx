import { useEffect, useState } from "preact/hooks";
import { coming_time, duration, full_time, ms_between, short_time } from "../lib/format";

/// A moment: short in the text, whole in the tool tip.
export function Time({ at }: { at: string }) {
  return <time dateTime={at} title={full_time(at)}>{short_time(at)}</time>;
}

/// A moment to come.
export function ComingTime({ at }: { at: string }) {
  return <time dateTime={at} title={full_time(at)}>{coming_time(at)}</time>;
}

/// How long since `from`; counts up by itself.
export function Age({ from }: { from: string }) {
  const now = useNow(1000);
  return <span>{duration(Math.floor(ms_between(from, now) / 1000) * 1000)}</span>;
}

/// The present (ms since 1970), renewed each `every` ms.
export function useNow(every: number): number {
  const [now, set_now] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set_now(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
