import { batch, signal } from "@preact/signals";
import { api, ApiError, streams, type ApprovalScope, type Attachment, type ChatAgent, type Confirmation, type Conversation, type RunStatus, type StopReason, type ToolCall, type Usage, type UsageTotals } from "../../api";
import { as_error } from "../../lib/act";
import { refresh_engine } from "../../lib/engine";
import { EventStream, type StreamEvent } from "../../lib/stream";
import { reload_chats } from "./chat_list_state";
import { append_text, fold, put_call, snapshot, turn_text, type Turn } from "./turns";

/// What was typed and is not sent yet, with files that the server has already.
export interface Unsent { text: string; files: readonly Attachment[] }
export type Failed = Unsent & { act: "send" | "stop"; error: ApiError };
interface Done { run_id: string; status: RunStatus; text: string; usage?: Usage; model?: string; stop_reason?: StopReason }
/// What was said in this chat, here or elsewhere.
interface Said { run_id: string; content: string; at: string; attachments: Attachment[]; replaces: string | null }
export interface Head { title: string | null; model: string | null; agent: ChatAgent | null }

const looked_up = 6;    // turns; older ones show no cost
const wait_look = 2000; // ms without a first word, after which one wants to know why

/// One open conversation: what was said, what is being said, and the questions that wait. Lives as long as its page.
export class ChatSession {
  readonly id: string;
  /// Undefined until it was read.
  readonly head = signal<Head | undefined>(undefined);
  /// Tokens and cost of all its turns.
  readonly usage = signal<UsageTotals | null>(null);
  readonly load_error = signal<ApiError | null>(null);
  readonly turns = signal<Turn[]>([]);
  readonly running = signal(false);
  readonly stopping = signal(false);
  readonly confirmations = signal<Confirmation[]>([]);
  /// What was typed while a turn ran; it is sent when that is over.
  readonly queued = signal<(Unsent & { model: string | undefined }) | null>(null);
  readonly send_error = signal<Failed | null>(null);
  /// Whole sentences of the answer, for those who hear it.
  readonly spoken = signal("");

  #settled: Turn[] = [];
  #live: Turn | null = null;
  #run_id: string | null = null;
  #stream: EventStream | null = null;
  #frame = 0;
  #wait_timer = 0;
  #said = 0;
  #sending = false;
  #closed = false;
  #count = 0;

  constructor(id: string) {
    this.id = id;
  }

  /// Reads what is stored and follows what comes.
  async open(): Promise<void> {
    this.load_error.value = null;
    try {
      const stored = await api.conversation(this.id);
      if (this.#closed) return;
      this.#show(stored);
      this.#stream?.close();
      this.#stream = new EventStream(streams.conversation(this.id), {
        on_event: (e) => this.#on_event(e),
        on_refused: (status) => { this.load_error.value = new ApiError(status, { detail: "The stream of this chat is closed to you." }); },
      }, { last_event_id: stored.last_event_id });
    } catch (e) {
      if (!this.#closed) this.load_error.value = as_error(e);
    }
  }

  close(): void {
    this.#closed = true;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#wait_timer);
    this.#stream?.close();
  }

  /// Sends a message, or keeps it until the running turn is over. False when it was not sent; `send_error` says why.
  async send(text: string, model: string | undefined, files: readonly Attachment[] = []): Promise<boolean> {
    this.send_error.value = null;
    if (this.running.value) {
      this.queued.value = { text, model, files };
      return true;
    }
    const body = { text, ...(model ? { model } : {}), ...(files.length > 0 ? { attachments: files.map((f) => f.id) } : {}) };
    return this.#say({ text, files }, body, this.#settled);
  }

  /// Says a message anew, with another text, or as it was to have it answered once more. What followed it becomes a version.
  async say_anew(run_id: string, text: string | null, model: string | undefined): Promise<boolean> {
    const at = this.#settled.findIndex((t) => t.who === "you" && t.run_id === run_id);
    const before = this.#settled[at];
    if (!before || this.running.value) return false;
    this.send_error.value = null;
    const said = { text: text ?? turn_text(before), files: before.files ?? [] };
    const body = { replaces: run_id, ...(text === null ? {} : { text }), ...(model ? { model } : {}) };
    return this.#say(said, body, this.#settled.slice(0, at), (before.versions ?? 1) + 1);
  }

  async #say(said: Unsent, body: Parameters<typeof api.send>[1], after: readonly Turn[], versions?: number): Promise<boolean> {
    const kept = this.#settled;
    const mine: Turn = { key: this.#key(), who: "you", parts: [{ kind: "text", text: said.text }], files: said.files, run_id: null, at: new Date().toISOString(), live: false, versions };
    this.#settled = [...after, mine];
    this.#begin(null);
    this.#sending = true;
    try {
      const answer = await api.send(this.id, body);
      this.#settled = this.#settled.map((t) => (t === mine ? { ...t, run_id: answer.run_id } : t));
      this.#run_id = answer.run_id;
      if (this.#live) this.#live.run_id = answer.run_id;
      this.#flush();
      void refresh_engine();
      return true;
    } catch (e) {
      this.#settled = kept;
      this.#end();
      this.send_error.value = { act: "send", error: as_error(e), ...(body.replaces ? { text: "", files: [] } : said) };
      if (as_error(e).status === 409) await this.#read_again();
      return false;
    } finally {
      this.#sending = false;
    }
  }

  async stop(): Promise<void> {
    this.queued.value = null;
    this.stopping.value = true;
    try {
      await api.stop_turn(this.id);
    } catch (e) {
      this.stopping.value = false;
      this.send_error.value = { act: "stop", error: as_error(e), text: "", files: [] };
    }
  }

  /// Answers a question. It leaves the screen when the server has the answer.
  async answer(call_id: string, approved: boolean, scope: ApprovalScope): Promise<void> {
    try {
      await api.answer(this.id, call_id, { approved, ...(approved ? { scope } : {}) });
    } catch (e) {
      // Answered elsewhere or too late: the events tell what became of it.
      if (!(e instanceof ApiError && (e.status === 409 || e.status === 404))) throw e;
    }
    this.drop_confirmation(call_id);
  }

  drop_confirmation(call_id: string): void {
    this.confirmations.value = this.confirmations.value.filter((c) => c.call_id !== call_id);
  }

  rename(title: string): Promise<unknown> {
    return api.rename_conversation(this.id, title).then(() => {
      this.#named(title);
    });
  }

  #named(title: string | null, model?: string | null): void {
    if (this.head.value) this.head.value = { ...this.head.value, title, ...(model ? { model } : {}) };
    reload_chats();
  }

  #key(): string {
    this.#count += 1;
    return `t${this.#count}`;
  }

  #show(stored: Conversation): void {
    batch(() => {
      this.head.value = { title: stored.title, model: stored.model, agent: stored.agent ?? null };
      this.usage.value = stored.usage ?? null;
      this.confirmations.value = stored.confirmations ?? [];
      this.#settled = fold(stored.messages, stored.running);
      this.#live = null;
      this.#run_id = stored.running;
      if (stored.running !== null) {
        this.#begin(stored.running);
        const calls = stored.partial?.tool_calls ?? [];
        if (stored.partial?.summary) this.#live!.summary = { text: stored.partial.summary, covers: 0 };
        if (stored.partial?.reasoning) append_text(this.#live!, stored.partial.reasoning, "reasoning");
        for (const call of calls.filter((c) => typeof c.success === "boolean")) put_call(this.#live!, call);
        if (stored.partial?.text) append_text(this.#live!, stored.partial.text);
        for (const call of calls.filter((c) => typeof c.success !== "boolean")) put_call(this.#live!, call);
      } else {
        this.#end();
      }
      this.#flush();
    });
    void this.#read_outcomes();
  }

  /// What stored turns do not say themselves (how they ended, what they cost) is in their runs; read for the last few.
  async #read_outcomes(): Promise<void> {
    const unknown = this.#settled.filter((t) => t.who === "assistant" && t.run_id && !t.status).slice(-looked_up);
    await Promise.all(unknown.map(async (turn) => {
      const run = await api.run(turn.run_id!).catch(() => null);
      const at = this.#settled.indexOf(turn);
      if (!run || at < 0 || this.#closed) return;
      this.#settled[at] = { ...turn, status: run.status, error: run.error, usage: { input_tokens: run.input_tokens ?? 0, output_tokens: run.output_tokens ?? 0, cost_usd: run.cost_usd } };
    }));
    if (unknown.length > 0 && !this.#closed) this.#flush();
  }

  /// A turn that does not begin soon waits for something: its run says what for.
  #watch_wait(): void {
    clearTimeout(this.#wait_timer);
    this.#wait_timer = window.setTimeout(async () => {
      const turn = this.#live;
      if (this.#closed || !turn || turn.parts.length > 0) return;
      const run = turn.run_id ? await api.run(turn.run_id).catch(() => null) : null;
      if (run && this.#live === turn) {
        turn.why_waiting = run.status === "queued" ? run.why_waiting : null;
        this.#flush();
      }
      this.#watch_wait();
    }, wait_look);
  }

  #begin(run_id: string | null): void {
    this.#live = { key: this.#key(), who: "assistant", parts: [], run_id, at: new Date().toISOString(), live: true };
    this.#said = 0;
    this.spoken.value = "";
    this.running.value = true;
    this.#watch_wait();
    this.#flush();
  }

  #end(): void {
    this.#live = null;
    this.#run_id = null;
    this.running.value = false;
    this.stopping.value = false;
    this.#flush();
  }

  /// The turn of another tab or device: its question is not in the events, so it is read.
  async #read_again(): Promise<void> {
    try {
      const stored = await api.conversation(this.id);
      if (this.#closed) return;
      if (stored.running === null || !this.#live) {
        this.#show(stored);
      } else {
        this.#settled = fold(stored.messages, stored.running);
        this.#run_id = this.#live.run_id = stored.running;
        this.#flush();
      }
    } catch {
      // What is shown stays; the next reload repairs it.
    }
  }

  /// A message that was sent elsewhere, or by us.
  #heard(said: Said): void {
    if (this.#sending || this.#settled.some((t) => t.who === "you" && t.run_id === said.run_id)) return;
    let versions: number | undefined;
    if (said.replaces !== null) {
      const at = this.#settled.findIndex((t) => t.who === "you" && t.run_id === said.replaces);
      if (at < 0) return void this.#read_again();
      versions = (this.#settled[at]!.versions ?? 1) + 1;
      this.#settled = this.#settled.slice(0, at);
    }
    this.#settled = [...this.#settled, { key: this.#key(), who: "you", parts: [{ kind: "text", text: said.content }], files: said.attachments, run_id: said.run_id, at: said.at, live: false, versions }];
    if (this.#live) this.#live.run_id ??= said.run_id;
    else this.#begin(said.run_id);
    this.#flush();
  }

  #turn(): Turn {
    if (!this.#live) {
      this.#begin(this.#run_id);
      void this.#read_again();
    }
    return this.#live!;
  }

  #on_event(event: StreamEvent): void {
    if (this.#closed) return;
    switch (event.name) {
      case "reset":
        this.#show(event.data as Conversation);
        return;
      case "message":
        this.#heard(event.data as Said);
        return;
      case "conversation": {
        const now = event.data as { title: string | null; model: string | null };
        this.#named(now.title, now.model);
        return;
      }
      case "deleted":
        this.#stream?.close();
        this.load_error.value = new ApiError(404, { detail: "This chat was deleted." });
        reload_chats();
        return;
      case "text":
      case "reasoning":
        append_text(this.#turn(), (event.data as { content: string }).content, event.name);
        break;
      case "summarising":
        this.#turn().summarising = true;
        break;
      case "summary": {
        const made = event.data as { content: string; covers: number };
        const turn = this.#turn();
        turn.summary = { text: made.content, covers: made.covers };
        turn.summarising = false;
        break;
      }
      case "confirmation_answered":
        this.drop_confirmation((event.data as { call_id: string }).call_id);
        return;
      case "tool_start":
      case "tool_done": {
        const call = event.data as ToolCall;
        put_call(this.#turn(), call);
        if (event.name === "tool_done") this.drop_confirmation(call.call_id);
        break;
      }
      case "confirmation_required": {
        const asked = event.data as Confirmation;
        put_call(this.#turn(), { call_id: asked.call_id, tool_name: asked.tool_name, arguments: asked.arguments });
        if (!this.confirmations.value.some((c) => c.call_id === asked.call_id)) this.confirmations.value = [...this.confirmations.value, asked];
        break;
      }
      case "state":
        if (this.#live) this.#live.why_waiting = (event.data as { why_waiting: string | null }).why_waiting;
        break;
      case "done":
        this.#finish(event.data as Done);
        return;
      case "error":
        this.#fail(event.data as { run_id: string; message: string });
        return;
      default:
        return;
    }
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  #finish(done: Done): void {
    const turn = this.#live;
    if (!turn) {
      // Known already from what was stored, or a turn of which we saw nothing.
      if (!this.#settled.some((t) => t.run_id === done.run_id && t.who === "assistant")) void this.#read_again();
      return;
    }
    const complete = turn_text(turn) === done.text;
    this.#settle({ ...turn, live: false, run_id: done.run_id, status: done.status, usage: done.usage, model: done.model, stop_reason: turn_text(turn) || done.status === "success" ? done.stop_reason : undefined });
    this.#count_in(done.usage);
    if (!complete) void this.#read_again();
  }

  #count_in(usage: Usage | undefined): void {
    const so_far = this.usage.value;
    if (!so_far || !usage) return;
    this.usage.value = {
      runs: so_far.runs + 1, input_tokens: so_far.input_tokens + usage.input_tokens, output_tokens: so_far.output_tokens + usage.output_tokens,
      cost_usd: so_far.cost_usd + (usage.cost_usd ?? 0), unpriced_runs: so_far.unpriced_runs + (usage.cost_usd === null ? 1 : 0),
    };
  }

  #fail(failed: { run_id: string; message: string }): void {
    if (!this.#live) return;
    this.#settle({ ...this.#live, live: false, run_id: failed.run_id, status: "error", error: failed.message });
  }

  #settle(turn: Turn): void {
    batch(() => {
      this.#speak(turn, true);
      this.#settled.push(turn);
      this.confirmations.value = [];
      this.#end();
    });
    reload_chats();
    void refresh_engine();
    const next = this.queued.value;
    this.queued.value = null;
    if (next) void this.send(next.text, next.model, next.files);
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#live) this.#speak(this.#live, false);
    this.turns.value = this.#live ? [...this.#settled, snapshot(this.#live)] : [...this.#settled];
  }

  /// Announces what was said up to the last end of a sentence.
  #speak(turn: Turn, all: boolean): void {
    const rest = turn_text(turn).slice(this.#said);
    const end = all ? rest.length : Math.max(...[". ", "? ", "! ", "\n", ": "].map((mark) => rest.lastIndexOf(mark) + 1));
    if (end <= 0) return;
    this.#said += end;
    this.spoken.value = rest.slice(0, end).replace(/[*_`#|]/g, "").trim();
  }
}
