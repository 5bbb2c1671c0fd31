import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, make_agent, new_page } from "../support/world.mjs";

const start = async (agent) => (await as_admin("POST", `/api/agents/${agent.id}/run`, {})).run_id;
const status = async (id) => (await as_admin("GET", `/api/runs/${id}`)).status;
const set = (key, value) => as_admin("POST", "/api/credentials", { key: `system:${key}`, value });

suite("Queue", () => {
  test("says of each waiting run why it waits, and lets it be stopped", async () => {
    const slow = await make_agent("/slow 60 a long word", { max_concurrent_runs: 1 });
    const first = await start(slow);
    await eventually("the first one runs", async () => (await status(first)) === "running");
    const second = await start(slow);
    const third = await start(slow);
    const page = await new_page();
    await page.goto("/queue");
    const row = page.getByRole("row").filter({ hasText: slow.name });
    await eventually("both stand there", async () => (await row.count()) === 2);
    await row.first().getByText("Another run of this agent goes on, and it may have one at a time.").waitFor();
    const { waiting } = await as_admin("GET", "/api/queue");
    assert.deepEqual(waiting.filter((w) => w.agent_id === slow.id).map((w) => w.run_id), [second, third]);
    await row.first().getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Stop it" }).click();
    await eventually("it is gone", async () => (await row.count()) === 1);
    assert.equal(await status(second), "stopped");
    await as_admin("POST", `/api/runs/${first}/stop`);
    await eventually("the third one's turn has come", async () => (await status(third)) === "running");
    await as_admin("POST", `/api/runs/${third}/stop`);
    await page.getByText("No run waits to begin.").waitFor();
  });

  test("a limit of places and of an agent hold at once when they are changed", async () => {
    const slow = await make_agent("/slow 60 a long word");
    try {
      await set("max_concurrent_runs", 1);
      const runs = [await start(slow), await start(slow), await start(slow)];
      await eventually("one runs", async () => (await status(runs[0])) === "running");
      const why = (await as_admin("GET", `/api/runs/${runs[1]}`)).why_waiting;
      assert.equal(why, "The only place is taken.");
      await set("max_concurrent_runs", 2);
      await eventually("the second runs", async () => (await status(runs[1])) === "running");
      await as_admin("PATCH", `/api/agents/${slow.id}`, { max_concurrent_runs: 2 });
      await set("max_concurrent_runs", 9);
      assert.equal((await as_admin("GET", `/api/runs/${runs[2]}`)).why_waiting, "2 runs of this agent go on, as many as it may have at once.");
      await as_admin("PATCH", `/api/agents/${slow.id}`, { max_concurrent_runs: null });
      await eventually("the third runs", async () => (await status(runs[2])) === "running");
      for (const id of runs) await as_admin("POST", `/api/runs/${id}/stop`);
    } finally {
      await as_admin("DELETE", "/api/credentials/system:max_concurrent_runs");
    }
  });

  test("the limit and the fallback model of an agent are set in its form", async () => {
    const agent = await make_agent("/say x");
    const page = await new_page();
    await page.goto(`/agents/${agent.id}?tab=definition`);
    await page.getByLabel("Runs at the same time").fill("0");
    await page.getByRole("button", { name: /^Save/ }).click();
    await page.getByText("must be at least 1").waitFor();
    await page.getByLabel("Runs at the same time").fill("2");
    await page.getByLabel("Fallback model").selectOption("demo:scripted");
    await page.getByRole("button", { name: /^Save/ }).click();
    await eventually("it is stored", async () => {
      const now = await as_admin("GET", `/api/agents/${agent.id}`);
      return now.max_concurrent_runs === 2 && now.fallback_model === "demo:scripted";
    });
  });
});
