// One recorded answer, broken in every way: the text is whole, or the run says what went wrong.
import assert from "node:assert/strict";
import { eventually } from "../support/program.mjs";
import { anthropic, openai, start_fault_server, text } from "./fault_server.mjs";
import { turn } from "./turn.mjs";

const enc = new TextEncoder();

async function intact(program, provider) {
  for (const kind of ["plain", "bytes", "crlf", "drip"]) {
    const { run, answer } = await turn(program, `${provider}:${kind}`, "hello");
    assert.equal(run.status, "success", `${provider} ${kind}: ${run.error}`);
    assert.equal(answer.content, text, `${provider} ${kind}`);
    assert.deepEqual([run.input_tokens, run.output_tokens], [11, 7]);
  }
}

/// A connection that is lost before the first word is tried again; of one that is lost later, the model is asked to go on behind
/// what was shown. In both cases the text is whole, and nothing of it comes twice.
async function cut(program, provider, stream) {
  const size = enc.encode(stream).length;
  const last_text = stream.lastIndexOf(provider === "anthropic" ? "message_stop" : "[DONE]");
  const places = Array.from({ length: 12 }, (_, i) => Math.floor(size * (0.35 + i * 0.04))).filter((at) => at < enc.encode(stream.slice(0, last_text)).length - 120);
  for (const at of places) {
    const { run, answer } = await turn(program, `${provider}:cut${at}`, "hello");
    assert.equal(run.status, "success", `${provider} cut at ${at}: ${run.error}`);
    assert.equal(answer.content, text, `${provider} cut at ${at}`);
  }
  return places.length;
}

async function error_inside(program, provider) {
  const { run, answer } = await turn(program, `${provider}:error`, "hello");
  assert.equal(run.status, "success", run.error);
  assert.equal(answer.content, text, `${provider} with an error inside`);
}

/// A stop closes the socket at once, also while the model is silent.
async function stopped(program, server) {
  const conversation = await program.admin("POST", "/api/conversations", { model: "faults:silent" });
  const before = server.requests;
  const { run_id } = await program.admin("POST", `/api/conversations/${conversation.id}/messages`, { text: "hello" });
  await eventually("the request is there", async () => server.requests > before, { every: 5 });
  const open = server.open;
  const began = performance.now();
  await program.admin("POST", `/api/conversations/${conversation.id}/stop`);
  await eventually("the socket is closed", async () => server.open < open, { limit: 1000, every: 1 });
  const took = server.closed_at - began;
  await eventually("the run is stopped", async () => (await program.admin("GET", `/api/runs/${run_id}`)).status === "stopped", { limit: 1000 });
  console.log(`ok: a stop closed the socket of a silent model after ${took.toFixed(0)} ms`);
}

export async function framing(program) {
  const server = await start_fault_server();
  try {
    await program.admin("POST", "/api/model-endpoints", { name: "faults", base_url: `${server.url}/v1` });
    await program.setting("anthropic_base_url", server.url);
    await program.setting("anthropic_api_key", "sk-test");
    // The fault server lists no models, so that any name is taken.
    await eventually("the old list of anthropic is gone", async () => !(await program.admin("GET", "/api/models")).some((m) => m.provider === "anthropic"));
    for (const [provider, stream] of [["faults", openai], ["anthropic", anthropic]]) {
      await intact(program, provider);
      await error_inside(program, provider);
      console.log(`ok: ${provider}: one-byte pieces, CRLF, a slow drip, an error inside; ${await cut(program, provider, stream)} cuts`);
    }
    await stopped(program, server);
  } finally { await server.close(); }
}
