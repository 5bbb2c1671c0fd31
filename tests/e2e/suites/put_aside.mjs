import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, call, cookie_for, eventually, make_agent, new_page } from "../support/world.mjs";

suite("Put aside", () => {
  test("a run that fails inside the server three times is put aside, and goes on when it is tried again", async () => {
    await as_admin("POST", "/api/credentials", { key: "system:allow_injection", value: true });
    try {
      const agent = await make_agent("/tool time {}\n/slow 4 it is there", { allowed_tools: ["time"] });
      const { run_id } = await as_admin("POST", `/api/agents/${agent.id}/run`, {});
      const run = () => as_admin("GET", `/api/runs/${run_id}`);
      const page = await new_page();
      await page.goto(`/runs/${run_id}`);
      for (let times = 1; times <= 3; times += 1) {
        await eventually("its actor lives", async () => (await as_admin("GET", "/api/actors")).some((a) => a.path === `/runs/run/${run_id}`));
        await call("POST", "/api/inject", { body: `{"to":"/runs/run/${run_id}","message":"crash","body":{"reason":"to see it"}}\n`, headers: { "Content-Type": "application/x-ndjson" }, cookie: await cookie_for() });
        await eventually(`crash ${times} is noted`, async () => (await run()).crashes.length === times);
      }
      await eventually("it is put aside", async () => (await run()).status === "error");
      await page.getByText("Put aside.").waitFor();
      await page.getByText("crash: to see it").first().waitFor();
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByText("tried again by marta").waitFor();
      const ended = await eventually("it has ended", async () => { const r = await run(); return r.status === "success" && r; });
      assert.match(ended.result, /it is there$/);
      const steps = await as_admin("GET", `/api/runs/${run_id}/steps`);
      assert.equal(steps.filter((s) => s.kind === "tool").length, 1, "what was done is not done again");
      assert.equal((await call("POST", `/api/runs/${run_id}/try-again`, { cookie: await cookie_for() })).status, 409);
    } finally {
      await as_admin("DELETE", "/api/credentials/system:allow_injection");
    }
  });
});
