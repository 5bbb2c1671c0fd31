import { useEffect, useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Icon } from "../../components/icon";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { useResource } from "../../lib/resource";
import { ranges, run_or_chat, type Shown } from "./filter";

/// The field that narrows the log to one run or chat, by its id or its address.
function OnlyOne({ shown, on_change }: { shown: Shown; on_change: (change: Partial<Shown>) => void }) {
  const act = useAct();
  const now = shown.run || shown.chat;
  const [text, set_text] = useState(now);
  useEffect(() => set_text(now), [now]);
  const apply = () => {
    if (text.trim() === now) return;
    if (text.trim() === "") on_change({ run: "", chat: "" });
    else void act.run(async () => on_change(await run_or_chat(text)));
  };
  return (
    <>
      <form class="with-icon" onSubmit={(e) => { e.preventDefault(); apply(); }}>
        <label><span class="vh">Run or chat</span><Icon name="search" />
          <input class="input" type="search" placeholder="Run or chat, by id or address" spellcheck={false} value={text} onInput={(e) => { set_text(e.currentTarget.value); if (e.currentTarget.value === "") on_change({ run: "", chat: "" }); }} onBlur={apply} />
        </label>
      </form>
      <FormError error={act.error} />
    </>
  );
}

/// Time, tool, run or chat, and whether a person approved: what of the log is shown.
export function FilterBar({ shown, on_change }: { shown: Shown; on_change: (change: Partial<Shown>) => void }) {
  const tools = useResource("tools", (s) => api.tools(s));
  const names = [...new Set([...(tools.data ?? []).map((t) => t.name), ...(shown.tool ? [shown.tool] : [])])].sort();
  return (
    <div class="toolbar audit-filter" role="search" aria-label="What of the log is shown">
      <OnlyOne shown={shown} on_change={on_change} />
      <select class="select" aria-label="Tool" value={shown.tool} onChange={(e) => on_change({ tool: e.currentTarget.value })}>
        <option value="">All tools</option>
        {names.map((n) => <option key={n} value={n}>{n}</option>)}
      </select>
      <select class="select" aria-label="Time" value={shown.range} onChange={(e) => on_change({ range: e.currentTarget.value as Shown["range"] })}>
        {ranges.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
      {shown.range === "days" && (
        <>
          <label class="day"><span>From</span><input class="input" type="date" value={shown.from} max={shown.to || undefined} onChange={(e) => on_change({ from: e.currentTarget.value })} /></label>
          <label class="day"><span>to</span><input class="input" type="date" value={shown.to} min={shown.from || undefined} onChange={(e) => on_change({ to: e.currentTarget.value })} /></label>
        </>
      )}
      <label class="check"><input type="checkbox" checked={shown.confirmed} onChange={(e) => on_change({ confirmed: e.currentTarget.checked })} />Confirmed only</label>
      {(shown.run || shown.chat) && <span class="badge badge--live">{shown.run ? "one run" : "one chat"}</span>}
      {(shown.run || shown.chat || shown.tool || shown.range !== "all" || shown.confirmed) && <Button kind="quiet" small icon="x" onClick={() => on_change({ range: "all", from: "", to: "", tool: "", run: "", chat: "", confirmed: false })}>Clear</Button>}
    </div>
  );
}
