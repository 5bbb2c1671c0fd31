import { useEffect, useRef, useState } from "preact/hooks";
import { api, streams, type Actor } from "../../api";
import { useResource, type Resource } from "../../lib/resource";
import { EventStream } from "../../lib/stream";

export interface Rates { per_second: number; history: number[] }
export interface LiveActors { first: Resource<Actor[]>; actors: readonly Actor[]; rates: ReadonlyMap<string, Rates>; streaming: boolean }

const beat = 1000;       // ms; the page moves at most this often
const kept = 60;         // beats of history, the "last minute"
const read_again = 10_000; // ms; a whole reading drops the rows of actors that ended
const ended = /^(ended|gone|stopped|terminated|dead)$/;

/// All actors, kept fresh by the stream; while `frozen` they stand still.
export function useActors(frozen: boolean): LiveActors {
  const first = useResource("actors", (s) => api.actors(s), read_again);
  const rows = useRef(new Map<string, Actor>());
  const seen = useRef(new Map<string, { handled: number; at: number }>());
  const rates = useRef(new Map<string, Rates>());
  const [shown, set_shown] = useState<readonly Actor[]>([]);
  const [streaming, set_streaming] = useState(false);

  useEffect(() => {
    if (first.data) rows.current = new Map(first.data.map((a) => [a.path, a]));
  }, [first.data]);

  useEffect(() => {
    const stream = new EventStream(streams.actors, {
      on_event: (e) => {
        set_streaming(true);
        if (e.name === "reset") rows.current = new Map((e.data as Actor[]).map((a) => [a.path, a]));
        if (e.name === "actors") for (const a of e.data as Actor[]) if (ended.test(a.state)) rows.current.delete(a.path); else rows.current.set(a.path, a);
      },
      on_refused: () => set_streaming(false),
    });
    return () => stream.close();
  }, []);

  useEffect(() => {
    if (frozen) return;
    const move = () => {
      const now = Date.now();
      for (const a of rows.current.values()) {
        const before = seen.current.get(a.path);
        const per_second = before && now > before.at ? Math.max(0, ((a.handled - before.handled) * 1000) / (now - before.at)) : 0;
        const old = rates.current.get(a.path);
        rates.current.set(a.path, { per_second, history: [...(old?.history ?? []), per_second].slice(-kept) });
        seen.current.set(a.path, { handled: a.handled, at: now });
      }
      for (const path of rates.current.keys()) if (!rows.current.has(path)) { rates.current.delete(path); seen.current.delete(path); }
      set_shown([...rows.current.values()]);
    };
    move();
    const timer = setInterval(move, beat);
    return () => clearInterval(timer);
  }, [frozen, first.data !== undefined]);

  return { first, actors: shown.length > 0 || !first.data ? shown : first.data, rates: rates.current, streaming };
}
