const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clock_s = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "short" });
const day_month = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const whole = new Intl.NumberFormat("en");

/// Days from the day of `then` to today, by the calendar of this browser.
export function days_ago(then: Date, now = new Date()): number {
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  return Math.round((midnight(now) - midnight(then)) / 86_400_000);
}

/// `14:33` today, `yesterday`, `Mon 09:01` within a week, `3 Oct` before and in times to come, with the year when it is another.
export function short_time(iso: string): string {
  const then = new Date(iso);
  const days = days_ago(then);
  if (days === 0) return clock.format(then);
  if (days === 1) return "yesterday";
  if (days > 0 && days < 7) return `${weekday.format(then)} ${clock.format(then)}`;
  return day_month.format(then) + (then.getFullYear() === new Date().getFullYear() ? "" : ` ${then.getFullYear()}`);
}

/// A time to come: `14:33` today, `tomorrow 07:00`, `Mon 07:00` within a week, else `3 Oct 07:00`.
export function coming_time(iso: string): string {
  const then = new Date(iso);
  const days = -days_ago(then);
  if (days === 0) return clock.format(then);
  if (days === 1) return `tomorrow ${clock.format(then)}`;
  if (days > 1 && days < 7) return `${weekday.format(then)} ${clock.format(then)}`;
  return `${short_time(iso)} ${clock.format(then)}`;
}
/// A time on the clocks of a zone: `Mon 30 Mar 2026, 07:00`.
export const time_in = (iso: string, zone: string) =>
  new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(iso));

/// The whole time, for tool tips.
export const full_time = (iso: string) => full.format(new Date(iso));
/// `14:33` whatever the day.
export const clock_time = (iso: string | number) => clock.format(new Date(iso));
/// `14:33:02.118`, for steps.
export const clock_ms = (iso: string) => `${clock_s.format(new Date(iso))}.${String(new Date(iso).getMilliseconds()).padStart(3, "0")}`;

/// A length of time as `<0.01 s`, `0.41 s`, `41 s`, `3 min`, `2 h 5 min`, `4 days`.
export function duration(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 0.005) return "<0.01 s"; // also what began and ended in the same millisecond
  if (s < 1) return `${s.toFixed(2)} s`;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 90) return `${Math.round(s)} s`;
  const min = Math.round(s / 60);
  if (min < 90) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 36) return min % 60 ? `${h} h ${min % 60} min` : `${h} h`;
  return `${Math.round(h / 24)} days`;
}

export const ms_between = (from: string, to: string | number) => new Date(to).getTime() - new Date(from).getTime();
export const count = (n: number) => whole.format(n);
/// Tokens: `612`, from 1,000 on `10.4 K`.
export const tokens = (n: number) => (n < 1000 ? String(n) : `${(n / 1000).toFixed(n < 100_000 ? 1 : 0)} K`);
/// The size of a file: `612 bytes`, `48 KiB`, `10 MiB`, `2.4 MiB`.
export function bytes(n: number): string {
  if (n < 1024) return plural(n, "byte");
  const [value, unit] = n < 1024 * 1024 ? [n / 1024, "KiB"] : [n / 1024 / 1024, "MiB"];
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`;
}
/// Money of one call: four decimals. Sums have two: `money(x, 2)`.
export const money = (usd: number, decimals = 4) => `$${usd.toFixed(decimals)}`;
/// Milliseconds of an actor: `0.02`, `0.9`, `31`, `9,140`; `–` where nothing was measured.
export function millis(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || ms === 0) return "–";
  if (ms < 0.005) return "<0.01";
  if (ms < 0.1) return ms.toFixed(2);
  return ms < 10 ? ms.toFixed(1) : count(Math.round(ms));
}
/// `one run`, `3 runs`.
export const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
/// With its full stop, where that is missing.
export const sentence_of = (text: string) => (/[.?!]$/.test(text) ? text : `${text}.`);
/// When something was written down: `14:33:02` today, else `25 Nov 23:57:14`, with the year when it is another.
export function exact_time(iso: string): string {
  const then = new Date(iso);
  if (days_ago(then) === 0) return clock_s.format(then);
  return `${day_month.format(then)}${then.getFullYear() === new Date().getFullYear() ? "" : ` ${then.getFullYear()}`} ${clock_s.format(then)}`;
}
/// JSON for people, indented by two.
export const pretty = (value: unknown) => JSON.stringify(value, null, 2) ?? "null";
/// Tokens and cost of many runs: `12.4 K tokens in, 3.1 K out, $0.05`, with what is not known of the cost.
export function total_words(of: { input_tokens: number; output_tokens: number; cost_usd: number; unpriced_runs: number }): string {
  const unknown = of.unpriced_runs > 0;
  const known = of.cost_usd > 0 ? money(of.cost_usd, of.cost_usd < 1 ? 4 : 2) : "";
  const cost = known ? (unknown ? `at least ${known}` : known) : unknown ? "cost unknown" : "free";
  return `${tokens(of.input_tokens)} tokens in, ${tokens(of.output_tokens)} out, ${cost}`;
}
