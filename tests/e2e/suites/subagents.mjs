import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { as_admin, eventually, fresh, make_agent, new_page } from "../support/world.mjs";

const ended = (id) => eventually(`run ${id} has ended`, async () => {
  const run = await as_admin("GET", `/api/runs/${id}`);
  return ["success", "error", "stopped"].includes(run.status) && run;
});
const start = async (agent, message) => (await as_admin("POST", `/api/agents/${agent.id}/run`, message ? { message } : {})).run_id;

/// An agent that has made two others, `reader` and `slow`.
async function make_boss() {
  const boss = await make_agent("/say ready", { can_create_subagents: true, allowed_tools: ["time", "filesystem"] });
  const create = (name, prompt) => `/tool agents ${JSON.stringify({ action: "create", name, prompt, tools: ["time"] })}`;
  await ended(await start(boss, `${create("reader", "/say read it")}\n${create("slow", "/slow 3 slow but there")}`));
  return boss;
}
const both = `/tool agents {"action":"run","runs":[{"agent":"slow"},{"agent":"reader"}]}\n/say both came`;

suite("Sub-agents", () => {
  test("a parent waits for two, shows them, and goes on with their answers in order", async () => {
    const boss = await make_boss();
    const id = await start(boss, both);
    const page = await new_page();
    await page.goto(`/runs/${id}`);
    await page.getByText("Waits for 2 sub-agents.").first().waitFor();
    const run = await ended(id);
    assert.equal(run.status, "success");
    assert.ok(run.result.indexOf("slow but there") < run.result.indexOf("read it"), run.result);
    const [child] = (await as_admin("GET", "/api/runs?limit=50")).filter((r) => r.parent?.run_id === id);
    assert.equal(child.parent.seq, 2);
    await page.goto(`/runs/${id}?step=2`); // the links in the notice go with the wait, those of the step stay
    await page.getByRole("link", { name: "slow", exact: true }).click();
    await page.getByText("Another run").first().waitFor();
  });

  test("stopping a parent stops its children within a second", async () => {
    const boss = await make_agent("/say ready", { can_create_subagents: true });
    await ended(await start(boss, `/tool agents {"action":"create","name":"long","prompt":"/slow 300 never ends"}`));
    const id = await start(boss, `/tool agents {"action":"run","agent":"long"}`);
    await eventually("the child runs", async () => (await as_admin("GET", "/api/runs?limit=50")).some((r) => r.parent?.run_id === id && r.status === "running"));
    const began = Date.now();
    await as_admin("POST", `/api/runs/${id}/stop`);
    const stopped = await eventually("both are stopped", async () => {
      const runs = (await as_admin("GET", "/api/runs?limit=50")).filter((r) => r.id === id || r.parent?.run_id === id);
      return runs.length === 2 && runs.every((r) => r.status === "stopped") && Date.now();
    });
    assert.ok(stopped - began < 2000, `it took ${stopped - began} ms`); // 1 s, and what asking for it takes on a busy machine
  });

  test("the agent's page names those that it made, and they go with it", async () => {
    const boss = await make_boss();
    const page = await new_page();
    await page.goto(`/agents/${boss.id}`);
    await page.getByText("Made by it:").waitFor();
    await page.getByRole("link", { name: "reader" }).click();
    await page.getByText("never with more rights").waitFor();
    await as_admin("DELETE", `/api/agents/${boss.id}`);
    assert.equal((await as_admin("GET", "/api/agents?limit=500")).filter((a) => a.parent_agent_id === boss.id).length, 0);
  });

  test("the form says what an agent can really do, before it is saved", async () => {
    const page = await new_page();
    await page.goto("/agents/new");
    await page.getByText("All that you may use").click();
    const list = page.getByRole("region", { name: "What it can really do on its own" }).or(page.locator("section", { hasText: "What it can really do" }).last());
    await list.getByText("Write files").waitFor();
    await eventually("writing is never", async () => (await list.locator("li", { hasText: "Write files" }).innerText()).includes("never"));
    await page.getByText("Those named here").click();
    await page.getByRole("checkbox", { name: /^filesystem/ }).check();
    await eventually("now it is allowed", async () => (await list.locator("li", { hasText: "Write files" }).innerText()).includes("on its own"));
  });
});

suite("Reruns and forks", () => {
  test("a run is repeated with the same input", async () => {
    const agent = await make_agent("/say one");
    const id = await start(agent, "/say two");
    await ended(id);
    const page = await new_page();
    await page.goto(`/runs/${id}`);
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByText("It repeats").waitFor();
    const copy = await ended(/\/runs\/([^/?]+)/.exec(page.url())[1]);
    assert.deepEqual(copy.copy_of, { run_id: id, seq: null });
    assert.equal(copy.result, "one\ntwo");
  });

  test("a fork keeps the steps before, does nothing of them again, and is compared with the first", async () => {
    const name = fresh("note").replace(" ", "-");
    const agent = await make_agent(`/tool filesystem {"action":"write","path":"${name}","content":"once"}\n/say written`, { allowed_tools: ["filesystem"] });
    const id = await start(agent);
    await ended(id);
    const page = await new_page();
    await page.goto(`/runs/${id}?step=3`);
    await page.getByRole("button", { name: "Fork from here…" }).click();
    await page.getByLabel("Message").fill("/say and more");
    await page.getByRole("button", { name: /^Fork/ }).last().click();
    await page.getByText("Forked from").waitFor();
    const fork = await ended(/\/runs\/([^/?]+)/.exec(page.url())[1]);
    assert.deepEqual(fork.copy_of, { run_id: id, seq: 3 });
    assert.match(fork.result, /and more/);
    const audited = await as_admin("GET", "/api/audit?tool_name=filesystem");
    assert.equal(audited.entries.filter((e) => e.task_id === fork.id).length, 0, "the copied call was not made again");
    await page.getByRole("link", { name: "Compare" }).click();
    await page.getByText("1 of 3 differ").waitFor();
  });

  test("a fork begins at an answer of the model only", async () => {
    const agent = await make_agent("/tool time {}\n/say done", { allowed_tools: ["time"] });
    const id = await start(agent);
    await ended(id);
    await assert.rejects(as_admin("POST", `/api/runs/${id}/fork`, { seq: 2 }), /422.*seq/);
    await assert.rejects(as_admin("POST", `/api/runs/${id}/fork`, { seq: 1, model: "no:such" }), /422.*model/);
  });
});

suite("Agents to start from", () => {
  test("a template fills the form with tools that there are, and says what the server lacks", async () => {
    const page = await new_page();
    await page.goto("/agents/new");
    await page.getByRole("button", { name: /^Mail triage/ }).click();
    await page.getByText("This server has no mail accounts yet").waitFor();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Mail triage");
    const name = fresh("Triage");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: /^Research/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: /Stay|Keep/ }).first().click(); // what was typed is asked for
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name);
    await page.getByRole("button", { name: /Make the agent/ }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    const id = /\/agents\/([^/?]+)/.exec(page.url())[1];
    assert.deepEqual((await as_admin("GET", `/api/agents/${id}`)).allowed_tools, ["time", "filesystem"]);
  });

  test("an agent goes out as a file and comes in again, switched off", async () => {
    const agent = await make_agent("/say exported", { allowed_tools: ["time"], description: "to be moved" });
    const page = await new_page();
    await page.goto(`/agents/${agent.id}`);
    await page.getByRole("button", { name: "More about this agent" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Export as JSON" }).click();
    const file = await (await download).path();
    await page.goto("/agents/new");
    await page.getByLabel("File of an agent").setInputFiles({ name: "agent.json", mimeType: "application/json", buffer: await readFile(file) });
    await page.getByText("It is off until you switch it on").waitFor();
    await page.getByText("these it uses without asking").waitFor();
    await page.getByRole("button", { name: /Make the agent/ }).click();
    await page.getByRole("heading", { level: 1, name: agent.name }).waitFor();
    const made = await as_admin("GET", `/api/agents/${/\/agents\/([^/?]+)/.exec(page.url())[1]}`);
    assert.equal(made.enabled, false);
    assert.equal(made.prompt, agent.prompt);
    assert.deepEqual(made.allowed_tools, ["time"]);
  });

  test("a file with fields that are not known here is refused by their names", async () => {
    const page = await new_page();
    await page.goto("/agents/new");
    const buffer = Buffer.from(JSON.stringify({ format: "oai-web-agent", version: 1, agent: { name: "a", prompt: 5, model: "demo:scripted", owner: "root" } }));
    await page.getByLabel("File of an agent").setInputFiles({ name: "agent.json", mimeType: "application/json", buffer });
    await page.getByText("“agent.owner” is not known here.").waitFor();
    await page.getByText("“agent.prompt” has to be text.").waitFor();
  });
});
