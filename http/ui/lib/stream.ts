import { error_of } from "../api";
import { contact, lost } from "./connection";

export interface StreamEvent { id: string | null; name: string; data: unknown }
export interface StreamHandlers {
  on_event(event: StreamEvent): void;
  /// The server refuses the stream for good (signed out, gone, not allowed). It is not tried again.
  on_refused?(status: number): void;
}
export interface StreamOptions {
  last_event_id?: string | null;
  /// Names of the events after which the server closes the stream and nothing more is to come.
  ends_with?: readonly string[];
}

const silence_limit = 40_000; // ms; the server sends a comment each 15 s, so two in a row were lost
const hidden_limit = 60_000;  // ms; a browser allows six connections to one server: hidden tabs give theirs back

/// One event stream of the server that heals itself: after a break it goes on behind the last event it saw.
/// It reads with fetch instead of EventSource, which can neither start behind a given event nor tell why it failed.
export class EventStream {
  #url: string;
  #handlers: StreamHandlers;
  #ends_with: readonly string[];
  #last_id: string | null;
  #abort: AbortController | null = null;
  #retry_timer = 0;
  #silence_timer = 0;
  #hidden_timer = 0;
  #tries = 0;
  #closed = false;
  #on_visibility = () => this.#visibility_changed();

  constructor(url: string, handlers: StreamHandlers, options: StreamOptions = {}) {
    this.#url = url;
    this.#handlers = handlers;
    this.#ends_with = options.ends_with ?? [];
    this.#last_id = options.last_event_id ?? null;
    document.addEventListener("visibilitychange", this.#on_visibility);
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#on_visibility);
    clearTimeout(this.#hidden_timer);
    this.#disconnect();
  }

  #disconnect(): void {
    clearTimeout(this.#retry_timer);
    clearTimeout(this.#silence_timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  #visibility_changed(): void {
    clearTimeout(this.#hidden_timer);
    if (document.hidden) this.#hidden_timer = window.setTimeout(() => this.#disconnect(), hidden_limit);
    else if (!this.#abort && !this.#closed) void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#disconnect();
    const abort = (this.#abort = new AbortController());
    const query = this.#last_id === null ? "" : `?last_event_id=${encodeURIComponent(this.#last_id)}`;
    try {
      const answer = await fetch(this.#url + query, {
        headers: { Accept: "text/event-stream" }, cache: "no-store", credentials: "same-origin", signal: abort.signal,
      });
      if (!answer.ok || !answer.body) {
        const error = await error_of(answer);
        if (error.status < 500 && error.status !== 429 && error.status !== 408) {
          this.close();
          this.#handlers.on_refused?.(error.status);
          return;
        }
        throw error;
      }
      contact();
      await this.#read(answer.body, abort);
    } catch {
      if (abort.signal.aborted && this.#abort !== abort) return; // closed, hidden or replaced
    }
    if (this.#closed || this.#abort !== abort) return;
    this.#retry();
  }

  #retry(): void {
    this.#tries += 1;
    if (this.#tries > 2) lost();
    const wait = Math.min(15_000, 250 * 2 ** Math.min(this.#tries, 6)) * (0.75 + Math.random() / 2);
    this.#retry_timer = window.setTimeout(() => void this.#connect(), wait);
  }

  async #read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let fields: { id: string | null; name: string; data: string[] } = { id: null, name: "message", data: [] };
    for (;;) {
      clearTimeout(this.#silence_timer);
      this.#silence_timer = window.setTimeout(() => reader.cancel().catch(() => {}), silence_limit);
      const { done, value } = await reader.read();
      if (done || abort.signal.aborted) return;
      this.#tries = 0;
      contact();
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (fields.data.length > 0 && this.#deliver(fields)) return;
          fields = { id: null, name: "message", data: [] };
        } else if (!line.startsWith(":")) {
          const colon = line.indexOf(":");
          const field = colon < 0 ? line : line.slice(0, colon);
          const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
          if (field === "id") fields.id = text;
          else if (field === "event") fields.name = text;
          else if (field === "data") fields.data.push(text);
        }
      }
    }
  }

  /// Hands one event on; true when it was the last of the stream.
  #deliver(fields: { id: string | null; name: string; data: string[] }): boolean {
    if (fields.id !== null && fields.id === this.#last_id) return false; // seen before the break
    if (fields.id !== null) this.#last_id = fields.id;
    this.#handlers.on_event({ id: fields.id, name: fields.name, data: JSON.parse(fields.data.join("\n")) });
    if (!this.#ends_with.includes(fields.name)) return false;
    this.close();
    return true;
  }
}
