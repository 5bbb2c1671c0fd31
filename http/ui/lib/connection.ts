import { signal } from "@preact/signals";

/// Since when the server does not answer (ms since 1970), or null while it does.
export const offline_since = signal<number | null>(null);
/// When the next try is due (ms since 1970).
export const next_try = signal(0);
/// Grows by one each time the server is back; whoever shows its data reads it again then.
export const epoch = signal(0);

let last_contact = Date.now();
let timer = 0;
let tries = 0;

/// The server answered something.
export function contact(): void {
  last_contact = Date.now();
  if (offline_since.value === null) return;
  clearTimeout(timer);
  tries = 0;
  offline_since.value = null;
  epoch.value += 1;
}

/// A request did not reach the server. From now on it is asked again after 1, 2, 4, 8, then each 15 s.
export function lost(): void {
  if (offline_since.value !== null) return;
  offline_since.value = last_contact;
  tries = 0;
  schedule();
}

function schedule(): void {
  const wait = Math.min(15_000, 1000 * 2 ** tries);
  tries += 1;
  next_try.value = Date.now() + wait;
  timer = window.setTimeout(() => void try_now(), wait);
}

/// Asks whether the server is back, at once.
export async function try_now(): Promise<void> {
  clearTimeout(timer);
  try {
    await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    contact();
  } catch {
    if (offline_since.value !== null) schedule();
  }
}
