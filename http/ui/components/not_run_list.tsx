import type { NotRun } from "../api";
import { count } from "../lib/format";
import { usePaged } from "../lib/paged";
import { Mark } from "./icon";
import { MoreRows } from "./more_rows";
import { Time } from "./time";

interface Props { name: string; load: (limit: number, before: string | undefined, s?: AbortSignal) => Promise<NotRun[]> }

const words: Record<string, string> = { missed: "missed", overlapped: "too early" };

/// The times of a schedule at which nothing was started, and why; nothing where there are none.
export function NotRunList({ name, load }: Props) {
  const list = usePaged(name, load, 15_000);
  if (list.rows.length === 0) return null;
  return (
    <section class="panel bleed" aria-label="Not run">
      <div class="table-wrap">
        <table class="table table--two">
          <thead><tr><th scope="col">Not run</th><th scope="col">Because</th></tr></thead>
          <tbody>
            {list.rows.map((n) => (
              <tr key={n.id}>
                <th scope="row">
                  <span class="state"><Mark name="skip" />{words[n.outcome] ?? n.outcome}</span>
                  <span class="sub">{n.count > 1 ? <>{n.more && "more than "}{count(n.count)} times, <Time at={n.first} /> to <Time at={n.last} /></> : <Time at={n.last} />}</span>
                </th>
                <td><span class="dim">{n.reason}</span></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MoreRows of={list} />
    </section>
  );
}
