// A model server that answers one recorded stream, broken in the way that the model's name says. Loopback only.
import { createServer } from "node:http";

const enc = new TextEncoder();
const data = (object) => `data: ${JSON.stringify(object)}\n\n`;
const delta = (content) => data({ choices: [{ index: 0, delta: { content } }] });

/// The text that a whole answer has; characters of one to four bytes.
export const text = "Grüße aus Ærøskøbing: naïve 東京 🎉 done.";

const pieces_of = (words) => words.match(/.{1,5}/gsu) ?? [];
const openai_stream = (words) => ": OPENROUTER PROCESSING\n\n" + pieces_of(words).map(delta).join("") +
  data({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) +
  data({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }) + "data: [DONE]\n\n";

const named = (type, object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...object })}\n\n`;
const anthropic_stream = (words) => named("message_start", { message: { id: "m", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 11, output_tokens: 1 } } }) +
  named("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
  named("ping", {}) +
  pieces_of(words).map((part) => named("content_block_delta", { index: 0, delta: { type: "text_delta", text: part } })).join("") +
  named("content_block_stop", { index: 0 }) +
  named("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } }) +
  named("message_stop", {});
export const openai = openai_stream(text), anthropic = anthropic_stream(text);

/// What an assistant's message says.
const words_of = ({ content }) => (typeof content === "string" ? content : content.map((part) => part.text ?? "").join(""));

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function play(kind, bytes, response, stream) {
  const write = (part) => new Promise((resolve) => response.write(part, resolve));
  const cut = /^cut(\d+)$/.exec(kind);
  if (cut) {
    await write(bytes.subarray(0, Number(cut[1])));
    response.socket.destroy();
    return;
  }
  if (kind === "bytes") {
    for (const byte of bytes) await write(Uint8Array.of(byte));
  } else if (kind === "crlf") {
    await write(enc.encode(stream.replaceAll("\n", "\r\n")));
  } else if (kind === "drip") { // 40 pieces, 20 ms apart
    const size = Math.ceil(bytes.length / 40);
    for (let at = 0; at < bytes.length; at += size) { await write(bytes.subarray(at, at + size)); await sleep(20); }
  } else if (kind === "error") {
    await write(enc.encode(stream.slice(0, stream.lastIndexOf("\n\n", stream.length / 2) + 2)));
    await write(enc.encode(stream.startsWith("event:")
      ? named("error", { error: { type: "overloaded_error", message: "Overloaded" } })
      : data({ error: { code: 529, message: "Overloaded" } })));
  } else if (kind === "silent") { // headers, then nothing
    await write(enc.encode(": wait\n\n"));
    return;
  } else {
    await write(bytes);
  }
  response.end();
}

/// Answers { url, close, open: connections that are open, closed_at: when the last one went }.
export async function start_fault_server() {
  const state = { open: 0, closed_at: 0, requests: 0, cut: new Set() };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => { body += part; }).on("end", () => {
      if (request.url.includes("/models")) {
        response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ object: "list", data: [] }));
        return;
      }
      state.requests++;
      const { model: kind, messages } = JSON.parse(body);
      const said = messages.filter((m) => m.role === "assistant");
      const stream_of = request.url.endsWith("/messages") ? anthropic_stream : openai_stream;
      // What was cut off once goes on behind what the other side has of it.
      const breaks = kind.startsWith("cut") || kind === "error";
      const again = breaks && state.cut.delete(`${request.url} ${kind}`);
      if (breaks && !again) state.cut.add(`${request.url} ${kind}`);
      const stream = stream_of(again && said.length > 0 ? text.slice(words_of(said.at(-1)).length) : text);
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      play(again ? "plain" : kind, enc.encode(stream), response, stream).catch(() => response.destroy());
    });
  });
  server.on("connection", (socket) => {
    state.open++;
    socket.setNoDelay(true);
    socket.on("close", () => { state.open--; state.closed_at = performance.now(); }).on("error", () => {});
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  });
}
