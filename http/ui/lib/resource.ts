import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import { epoch, offline_since } from "./connection";

/// Something read from the server, with what is known about it.
export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /// When `data` was read (ms since 1970).
  read_at: number;
  /// It is read again at times, and two of those were missed.
  stale: boolean;
  reload: () => void;
  /// Puts in what an action of ours answered, without asking again.
  set(change: (data: T) => T): void;
}

interface Known<T> { key: string; data: T | undefined; error: ApiError | undefined; read_at: number }

/// Reads something, and again when `key` changes, when the server is back, and each `every` ms while the page is seen.
/// With a `null` key nothing is read.
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, every?: number): Resource<T> {
  const [known, set_known] = useState<Known<T>>({ key: key ?? "", data: undefined, error: undefined, read_at: 0 });
  const [loading, set_loading] = useState(key !== null);
  const [now, set_now] = useState(Date.now());
  const latest = useRef(load);
  latest.current = load;
  const running = useRef<AbortController | null>(null);

  const reload = useCallback(() => {
    if (key === null) return;
    running.current?.abort();
    const abort = (running.current = new AbortController());
    set_loading(true);
    latest.current(abort.signal).then(
      (data) => {
        if (abort.signal.aborted) return;
        set_known({ key, data, error: undefined, read_at: Date.now() });
        set_loading(false);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const shown = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
        set_known((old) => (old.key === key ? { ...old, error: shown } : { key, data: undefined, error: shown, read_at: 0 }));
        set_loading(false);
      },
    );
  }, [key]);

  const back = epoch.value;
  useEffect(() => {
    reload();
    return () => running.current?.abort();
  }, [reload, back]);

  useEffect(() => {
    if (!every || key === null) return;
    const timer = setInterval(() => {
      set_now(Date.now());
      if (!document.hidden && offline_since.value === null) reload();
    }, every);
    return () => clearInterval(timer);
  }, [every, key, reload]);

  const set = useCallback((change: (data: T) => T) => set_known((old) => (old.data === undefined ? old : { ...old, data: change(old.data) })), []);
  const mine = known.key === key ? known : undefined;
  const stale = every !== undefined && mine?.data !== undefined && mine.read_at > 0 && now - mine.read_at > 2.5 * every;
  return { data: mine?.data, error: mine?.error, loading: loading || !mine, read_at: mine?.read_at ?? 0, stale, reload, set };
}

/// Reads again when `change` is another than before.
export function useReload(change: unknown, reload: () => void): void {
  const last = useRef(change);
  useEffect(() => {
    if (last.current === change) return;
    last.current = change;
    reload();
  }, [change, reload]);
}
