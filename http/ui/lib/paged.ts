import { useEffect, useState } from "preact/hooks";
import { useAct, type Act } from "./act";
import { useResource, type Resource } from "./resource";

/// A list that is read page by page, newest first.
export interface Paged<T> {
  first: Resource<T[]>;
  rows: T[];
  /// There may be older rows.
  more: boolean;
  load_more: () => void;
  act: Act;
}

export const page_size = 50; // rows; the server's own default

type Load<T> = (limit: number, before: string | undefined, signal?: AbortSignal) => Promise<T[]>;

/// Reads the first page as a resource (again each `every` ms), older ones on demand.
export function usePaged<T extends { id: string }>(key: string, load: Load<T>, every?: number): Paged<T> {
  const first = useResource(key, (s) => load(page_size, undefined, s), every);
  const [older, set_older] = useState<T[]>([]);
  const [ended, set_ended] = useState(false);
  const act = useAct();
  useEffect(() => { set_older([]); set_ended(false); }, [key]);
  const fresh = first.data ?? [];
  const known = new Set(fresh.map((r) => r.id));
  const rows = [...fresh, ...older.filter((r) => !known.has(r.id))];
  const load_more = () => void act.run(async () => {
    const next = await load(page_size, rows.at(-1)?.id);
    set_older([...rows.slice(fresh.length), ...next]);
    if (next.length < page_size) set_ended(true);
  });
  return { first, rows, more: !ended && fresh.length >= page_size, load_more, act };
}
