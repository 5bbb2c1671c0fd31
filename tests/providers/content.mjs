// What each dialect makes of the same answers of a public mock.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, sleep } from "../support/program.mjs";
import { turn } from "./turn.mjs";

const peers = join(dirname(fileURLToPath(import.meta.url)), "../peers");

async function start_mock() {
  for (let tries = 0; tries < 5; ++tries) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const child = spawn(process.execPath, [join(peers, "node_modules/.bin/llmock"), "-p", String(port), "-f", join(peers, "fixtures"), "--validate-on-load"], { stdio: "ignore" });
    const url = `http://127.0.0.1:${port}`;
    const up = await eventually("the mock serves", async () => child.exitCode !== null || fetch(`${url}/v1/models`).then((a) => a.ok, () => false), { limit: 20_000 }).catch(() => false);
    if (up && child.exitCode === null) return { url, stop: () => child.kill("SIGKILL") };
    child.kill("SIGKILL");
    await sleep(50);
  }
  throw new Error("the mock does not start");
}

/// The address comes before the key, or the real API would be asked for its models.
async function point_to(program, provider, url) {
  await program.setting(`${provider}_base_url`, url);
  await program.setting(`${provider}_api_key`, "sk-test");
}

const dialects = [
  { model: "anthropic:claude-3-5-sonnet-20241022", set_up: (p, url) => point_to(p, "anthropic", url) },
  { model: "openai:gpt-4o", set_up: (p, url) => point_to(p, "openai", `${url}/v1`) },
  { model: "openrouter:openai/gpt-4o", set_up: (p, url) => point_to(p, "openrouter", `${url}/api/v1`) },
  { model: "house:gpt-4o", set_up: (p, url) => p.admin("POST", "/api/model-endpoints", { name: "house", base_url: `${url}/v1` }) },
];

async function check(program, model) {
  const hello = await turn(program, model, "say hello");
  assert.equal(hello.run.status, "success", `${model}: ${hello.run.error}`);
  assert.equal(hello.answer.content, "Hello from a model. Grüße!");
  assert.deepEqual([hello.run.input_tokens, hello.run.output_tokens], [21, 7]);

  const tools = await turn(program, model, "what time is it");
  assert.equal(tools.answer.content, "I look at two clocks.\n\nBoth clocks have told me the time.");
  assert.deepEqual(tools.answer.tool_calls.map((call) => [call.tool_name, call.success]), [["time", true], ["time", true]], "two calls side by side");

  const thought = await turn(program, model, "think about the time");
  assert.equal(thought.run.result, "I have thought about it.", "reasoning goes back with the tool's result");

  assert.equal((await turn(program, model, "be limited once")).run.result, "Now it works.");
  assert.equal((await turn(program, model, "be overloaded once")).run.result, "There is room again.");
  // What was shown is not shown again: the model goes on behind it.
  const cut = await turn(program, model, "be cut once");
  assert.match(cut.answer.content, /^This answe.{0,80} and now it is whole\.$/, cut.run.error);

  const refused = await turn(program, model, "refuse the key");
  assert.equal(refused.run.status, "error");
  assert.ok(!JSON.stringify(refused).includes("sk-test"), "no answer holds the key");
}

/// Each dialect with a mock of its own, as the mock counts what happens once.
export async function content(program) {
  for (const { model, set_up } of dialects) {
    const mock = await start_mock();
    try {
      await set_up(program, mock.url);
      const provider = model.split(":")[0];
      await eventually(`${provider} lists its models`, async () => (await program.admin("GET", "/api/models")).some((m) => m.id === model), { limit: 20_000 });
      await check(program, model);
      console.log(`ok: ${model}`);
    } finally { mock.stop(); }
  }
  // The list stays when its provider is gone.
  await program.admin("POST", "/api/models/refresh");
  const gone = await eventually("the failed refresh is seen", async () => (await program.admin("GET", "/api/models/providers")).find((p) => p.name === "house" && p.list_error !== ""), { limit: 20_000 });
  assert.ok(gone.models > 0, "the last good list is kept");
  assert.ok(!program.log.includes("sk-test"), "no log holds the key");
  console.log("ok: a provider that is gone keeps its last good list, with the reason beside it");
}
