import type { ToolCall } from "../../api";
import { Json } from "../../components/code";
import { Icon, Mark } from "../../components/icon";
import { duration } from "../../lib/format";

const plain = (v: unknown) => (typeof v === "string" ? v : JSON.stringify(v));

/// The arguments in one line: `offers/2291.pdf`, or `path: a, content: b`.
export function in_short(args: unknown): string {
  if (args === null || typeof args !== "object") return args === undefined || args === null ? "" : plain(args);
  const entries = Object.entries(args);
  return entries.length === 1 ? plain(entries[0]![1]) : entries.map(([k, v]) => `${k}: ${plain(v)}`).join(", ");
}

const not_allowed = "The user did not allow this call."; // what the server tells the model then

function State({ call, asked, live, show }: { call: ToolCall; asked: boolean; live: boolean; show: () => void }) {
  if (asked) {
    return <><span class="num faint" /><span class="state is-warn"><Mark name="hand" /><button type="button" class="link-button" onClick={(e) => { e.preventDefault(); show(); }}>Waits for you</button></span></>;
  }
  if (call.success === undefined || call.success === null) {
    return live ? <><span class="num faint">now</span><span><Mark name="run" word="running" /></span></> : <><span class="num faint">unknown</span><span><Mark name="unknown" word="outcome unknown" /></span></>;
  }
  const denied = !call.success && call.result_summary?.includes(not_allowed);
  return (
    <>
      <span class="num faint">{denied ? "denied" : call.ms === undefined ? "" : duration(call.ms)}</span>
      <span>{denied ? <Mark name="skip" word="denied" /> : call.success ? <Mark name="ok" word="done" /> : <Mark name="bad" word="failed" />}</span>
    </>
  );
}

/// One tool call, folded: name, arguments in short, time, outcome; open: arguments and result in full.
export function CallView({ call, asked, live, show_question }: { call: ToolCall; asked: boolean; live: boolean; show_question: () => void }) {
  return (
    <details class={`call${asked ? " call--wait" : ""}`}>
      <summary>
        <Icon name="right" small turner /><span class="mono">{call.tool_name}</span><span class="faint clip">{in_short(call.arguments)}</span>
        <State call={call} asked={asked} live={live} show={show_question} />
      </summary>
      <div class="in">
        <Json title="Arguments" value={call.arguments ?? {}} />
        {call.result_summary !== undefined && call.result_summary !== "" && <Json title={call.success ? "Result" : "Why it failed"} value={call.result_summary} />}
      </div>
    </details>
  );
}
