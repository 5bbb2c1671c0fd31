import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ApprovalScope, Confirmation } from "../../api";
import { Button } from "../../components/button";
import { Json } from "../../components/code";
import { Icon, Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { useNow } from "../../components/time";
import { useAct } from "../../lib/act";
import { clock_time } from "../../lib/format";

interface Props {
  asked: Confirmation;
  /// "1 of 2" when more than one question waits.
  place: string | null;
  on_answer: (approved: boolean, scope: ApprovalScope) => Promise<void>;
  /// Puts the question aside without an answer.
  on_aside: () => void;
  on_late: () => void;
}

const never_for_chat = /^(bash|whitelist)([._]|$)/; // each of these is asked anew, always
const any_in_chat = /^web$/; // the server takes an approval for whatever destination only for these
const usual_time = 600_000; // ms; the default of system:confirmation_timeout, only for the length of the bar

/// The server's sentence as a question, and what it says behind it: "Write 5 bytes to a.txt. A file of that name is replaced."
function question_of(asked: Confirmation): readonly [string, string] {
  const match = /^(.+?[^.])\.(?:\s+([A-Z].*))?$/s.exec(asked.description);
  if (!match) return [asked.description || `Run ${asked.tool_name}?`, ""];
  return [`${match[1]}?`, match[2] ? `${match[2]}.`.replace(/\.\.$/, ".") : ""];
}

/// The word on the button names the act.
function act_of(asked: Confirmation): string {
  const args = asked.arguments as { action?: unknown; operation?: unknown } | null;
  const [tool, part] = asked.tool_name.split(/[._](?!_)/, 2);
  const verb = String(args?.action ?? args?.operation ?? part ?? "");
  const acts: Record<string, string> = { write: "Write the file", delete: "Delete the file", send: "Send it", move: "Move it" };
  if (tool === "bash") return "Run the command";
  if (tool === "web") return "Read the page";
  if (tool === "whitelist") return verb === "remove" ? "Take it off the list" : "Trust the site";
  return acts[verb] ?? "Approve";
}

/// Short arguments as facts, long ones (texts) in full below.
function Content({ args }: { args: unknown }) {
  if (args === null || typeof args !== "object" || Array.isArray(args)) return null;
  const entries = Object.entries(args).filter(([, v]) => v !== null && typeof v !== "object");
  const long = entries.filter(([, v]) => typeof v === "string" && (v.length > 80 || v.includes("\n") || v === args["content" as keyof typeof args]));
  const short = entries.filter((e) => !long.includes(e));
  if (entries.length === 0) return null;
  return (
    <div class="letter">
      {short.length > 0 && <dl class="facts">{short.map(([k, v]) => [<dt key={k}>{k}</dt>, <dd class="mono">{String(v)}</dd>])}</dl>}
      {long.map(([k, v]) => <div key={k} class="text plain" tabIndex={0} role="group" aria-label={k}>{String(v) || <span class="faint">(empty)</span>}</div>)}
    </div>
  );
}

/// The question of a tool, in the composer's place. The focus starts on the question; Enter alone approves nothing.
export function ConfirmSheet({ asked, place, on_answer, on_aside, on_late }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const question = useRef<HTMLHeadingElement>(null);
  const id = useId();
  const act = useAct();
  const [opened] = useState(Date.now());
  const now = useNow(1000);
  const [asks, consequence] = question_of(asked);
  const end = new Date(asked.expires_at).getTime();
  const left = Math.max(0, end - now);
  const answer = (approved: boolean, scope: ApprovalScope = "once") => { if (!act.busy) void act.run(() => on_answer(approved, scope)); };

  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    question.current?.focus();
    return () => { dialog?.close(); if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  useEffect(() => { if (left === 0) on_late(); }, [left === 0]);

  const on_key = (e: KeyboardEvent) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); answer(true); }
    else if (e.key.toLowerCase() === "d" && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); answer(false); }
  };
  const minutes = `${Math.floor(left / 60_000)}:${String(Math.floor(left / 1000) % 60).padStart(2, "0")}`;
  const share = left / Math.max(usual_time, end - opened);
  return (
    <dialog class="sheet" ref={box} aria-labelledby={`${id}-q`} aria-describedby={`${id}-w`} onKeyDown={on_key} onCancel={(e) => { e.preventDefault(); on_aside(); }}>
      <header>
        <Mark name="hand" />
        <h2 id={`${id}-q`} tabIndex={-1} ref={question} class="break">{asks}</h2>
        <div class="clock"><span role="timer">{minutes} left</span><span class="meter meter--warn" style={{ "--v": share.toFixed(3) }} /></div>
        <p id={`${id}-w`}>{consequence} It happens as soon as you approve. No answer by {clock_time(asked.expires_at)} counts as no.{place && ` Question ${place}.`}</p>
      </header>
      <div class="body">
        <Content args={asked.arguments} />
        <details><summary class="dim"><Icon name="right" small turner /> All arguments of <code>{asked.tool_name}</code></summary><Json title="JSON" value={asked.arguments} /></details>
        <FormError error={act.error} />
      </div>
      <footer>
        <Button kind="quiet" keys="Esc" onClick={on_aside}>Answer later</Button>
        <span class="grow" />
        <Button server disabled={act.busy} keys="D" onClick={() => answer(false)}>Deny</Button>
        {any_in_chat.test(asked.tool_name) ? (
          <>
            <Button server disabled={act.busy} onClick={() => answer(true, "any")}>Approve any site for this chat</Button>
            <Button server disabled={act.busy} onClick={() => answer(true, "chat")}>Approve this site for this chat</Button>
          </>
        ) : !never_for_chat.test(asked.tool_name) && <Button server disabled={act.busy} onClick={() => answer(true, "chat")}>Approve for this chat</Button>}
        <Button kind="primary" server busy={act.busy} keys="Ctrl Enter" onClick={() => answer(true)}>{act_of(asked)}</Button>
      </footer>
    </dialog>
  );
}
