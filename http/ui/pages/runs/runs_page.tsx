import { useState } from "preact/hooks";
import { api, type Run } from "../../api";
import { Choices, Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { MoreRows } from "../../components/more_rows";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { is_active, run_name } from "../../components/run_state";
import { RunTable } from "../../components/run_table";
import { plural } from "../../lib/format";
import { usePaged } from "../../lib/paged";

type Show = "all" | "now" | "failed" | "agents";
const choices = [["all", "All"], ["now", "Now"], ["failed", "Failed"], ["agents", "Agents only"]] as const;
const passes: Record<Show, (r: Run) => boolean> = {
  all: () => true,
  now: (r) => is_active(r.status),
  failed: (r) => r.status === "error",
  agents: (r) => r.kind === "agent",
};

function lead(rows: readonly Run[]) {
  const n = (status: Run["status"]) => rows.filter((r) => r.status === status).length;
  const failed = n("error");
  const parts = [
    n("running") === 0 ? "Nothing is going on" : `${plural(n("running"), "run is", "runs are")} going on`,
    ...(n("queued") > 0 ? [`${plural(n("queued"), "waits", "wait")} to begin`] : []),
    ...(n("waiting") > 0 ? [`${plural(n("waiting"), "waits", "wait")} for an answer`] : []),
  ];
  return (
    <p class="lead">
      {parts.join(", ")}.{" "}
      <em>{failed === 0 ? `None of the last ${rows.length} failed.` : `${failed} of the last ${rows.length} failed.`}</em>
    </p>
  );
}

/// All runs: chat turns and agents, newest first; renewed by itself.
export function RunsPage() {
  const runs = usePaged("runs", (limit, before, s) => api.runs(limit, before, s), 4000);
  const [show, set_show] = useState<Show>("all");
  const [find, set_find] = useState("");
  const found = runs.rows.filter((r) => passes[show](r) && `${run_name(r)} ${r.message ?? ""} ${r.error ?? ""}`.toLowerCase().includes(find.toLowerCase()));
  return (
    <Page title="Runs">
      <Scroll label="Runs">
        <Loaded of={runs.first} what="the runs" unaffected="Runs that are going on are not affected.">
          {(first) => (first.length === 0 ? (
            <Empty title="No runs yet" action={<><a class="btn btn--primary" href="/">Start a chat</a><a class="btn" href="/agents">Look at the agents</a></>}><p>Each turn of a chat and each start of an agent is a run. It stands here with every step that it took.</p></Empty>
          ) : (
            <>
              {lead(runs.rows)}
              <div class="toolbar">
                <Filter label="Filter runs" hint="Filter by agent, message or error" value={find} on_change={set_find} />
                <Choices label="Show" items={choices} value={show} on_change={set_show} />
                <span class="grow" /><span class="faint not-phone"><kbd>J</kbd> <kbd>K</kbd> move &nbsp; <kbd>Enter</kbd> open</span>
              </div>
              {found.length === 0 ? <NothingFound on_clear={() => { set_find(""); set_show("all"); }} /> : <RunTable runs={found} label="Runs, newest first" named />}
              <MoreRows of={runs} />
            </>
          ))}
        </Loaded>
      </Scroll>
    </Page>
  );
}
