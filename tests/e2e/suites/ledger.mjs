import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { as_admin, eventually, fresh, make_agent, new_page } from "../support/world.mjs";

const json = { "Content-Type": "application/json" };
const post = async (url, body) => (await fetch(url, { method: "POST", headers: json, body: JSON.stringify(body) })).json();

suite("Ledger", () => {
  before(() => as_admin("POST", "/api/credentials", { key: "system:max_autonomous_runs_per_hour", value: 0 }));

  test("shows what came and why it was ignored, and replays any event", async () => {
    const agent = await make_agent("/input");
    const other = await make_agent("/say another one");
    const hook = await as_admin("POST", "/api/webhooks", { name: fresh("ledger"), agent_id: agent.id, filter: "body.n > 1" });
    await post(hook.url, { n: 1, secret_word: "ignored-one" });
    await post(hook.url, { n: 2, secret_word: "taken-one" });
    const page = await new_page();
    await page.goto(`/events?source=webhook&of=${hook.id}`);
    await page.getByRole("cell", { name: "ignored: the filter does not match" }).waitFor();
    await page.getByRole("combobox", { name: "Outcome" }).selectOption({ label: "Ignored" });
    await eventually("one row is left", async () => (await page.getByRole("row").count()) === 2);
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    const drawer = page.getByRole("complementary", { name: "Event" });
    await drawer.getByText("ignored-one").waitFor();
    await drawer.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("link", { name: "Watch the run" }).click();
    await page.getByText("ignored-one").first().waitFor();
    const [ignored] = (await as_admin("GET", `/api/events?source_id=${hook.id}&outcome=ignored`));
    assert.equal(ignored.run_id, null);
    const again = await as_admin("POST", `/api/events/${ignored.id}/replay`, { agent_id: other.id });
    await eventually("the chosen agent runs", async () => (await as_admin("GET", `/api/runs/${again.run_id}`)).result === "another one");
    assert.equal((await as_admin("GET", `/api/events?source_id=${hook.id}&outcome=run`)).length, 3);
    await assert.rejects(as_admin("GET", "/api/events?outcome=odd"), /outcome/);
  });

  test("proves that webhooks can come in", async () => {
    const proof = () => as_admin("GET", "/api/triggers").then((all) => all.find((p) => p.trigger === "webhooks"));
    await eventually("it is proven", async () => (await proof())?.proven_at);
    assert.equal((await proof()).alarm, false);
  });
});
