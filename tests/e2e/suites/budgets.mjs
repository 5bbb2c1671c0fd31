import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { admin, as_admin, eventually, make_agent, new_page } from "../support/world.mjs";
import { offer_models, start_model_server, withdraw_models } from "../support/model_server.mjs";

const row = (page, name) => page.getByRole("row", { name: new RegExp(`^${name}\\b`) });

/// The model server says 1,200 tokens in and 40 out of every call: 0.0042 USD with Seer.
suite("Budgets", () => {
  let server, me;
  before(async () => {
    server = await start_model_server();
    await offer_models(server);
    me = await as_admin("GET", "/api/me");
  });
  after(async () => {
    await as_admin("PATCH", `/api/users/${me.id}`, { budget: {} });
    await withdraw_models();
    await server.close();
  });
  const ended = async (agent, message) => {
    const { run_id } = await as_admin("POST", `/api/agents/${agent.id}/run`, { message });
    return eventually("the run has ended", async () => { const r = await as_admin("GET", `/api/runs/${run_id}`); return r.ended_at && r; });
  };

  test("what a run cost without a known price is unknown, until an administrator sets the price", async () => {
    const agent = await make_agent("Say hello.", { model: "openrouter:house/riddle", allowed_tools: "none" });
    const run = await ended(agent);
    assert.equal(run.status, "success");
    assert.equal(run.cost_usd, null);
    const page = await new_page();
    await page.goto(`/runs/${run.id}`);
    await page.getByText("the price of a model is not known").waitFor();
    await page.goto("/models");
    await row(page, "Riddle").getByRole("button", { name: "Price of Riddle" }).click();
    const dialog = page.getByRole("dialog", { name: "Price of Riddle" });
    await dialog.getByLabel("Prompt").fill("1000000000");
    await dialog.getByLabel("Answer").fill("2,5");
    await dialog.getByRole("button", { name: "Save the price" }).click();
    await dialog.getByText(/1,?000,?000/).first().waitFor();
    await dialog.getByLabel("Prompt").fill("1.25");
    await dialog.getByRole("button", { name: "Save the price" }).click();
    await dialog.waitFor({ state: "detached" });
    await row(page, "Riddle").getByText("set here").waitFor();
    const priced = await ended(agent);
    assert.equal(priced.cost_usd, (1200 * 1.25 + 40 * 2.5) / 1e6);
    await row(page, "Riddle").getByRole("button", { name: "Price of Riddle" }).click();
    await page.getByRole("button", { name: "Back to the provider’s" }).click();
    await row(page, "Riddle").getByText("set here").waitFor({ state: "detached" });
  });

  test("an agent's budget stops its runs, and its page says what was spent", async () => {
    const agent = await make_agent("Say hello.", { model: "openrouter:house/seer", allowed_tools: "none" });
    const page = await new_page();
    await page.goto(`/agents/${agent.id}?tab=definition`);
    await page.getByLabel("Budget for a day, USD").fill("0.02");
    await page.keyboard.press("Control+s");
    await eventually("it is saved", async () => (await as_admin("GET", `/api/agents/${agent.id}`)).budget_day_usd === 0.02);
    let run, times = 0;
    do { run = await ended(agent); times += 1; } while (run.status === "success" && times < 10);
    assert.equal(run.status, "error");
    assert.match(run.error, /^The budget of the agent ".*" for this day does not allow another call: 0\.0\d+ of 0\.0200 USD are spent/);
    const { spent } = await as_admin("GET", `/api/agents/${agent.id}`);
    assert.ok(Math.abs(spent.day_usd - (times - 1) * 0.0042) < 1e-9, `${spent.day_usd} after ${times - 1} runs`);
    assert.ok(spent.day_usd <= 0.02);
    await page.reload();
    await page.getByText(/Spent today: \$0\.0\d+/).waitFor();
    await page.goto(`/runs/${run.id}`);
    await page.getByText(/does not allow another call/).first().waitFor();
  });

  test("a user's budget is set on the users page, holds for chats at once, and is shown to the user", async () => {
    const page = await new_page();
    await page.goto("/users");
    await page.getByRole("button", { name: new RegExp(`of ${admin.username}$`) }).first().click();
    const dialog = page.getByRole("dialog", { name: `Budget of ${admin.username}` });
    await dialog.getByLabel("For a day").fill("0.001");
    await dialog.getByRole("button", { name: "Save the budget" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("$0.001 a day").waitFor();
    const { id } = await as_admin("POST", "/api/conversations", { model: "openrouter:house/seer" });
    await as_admin("POST", `/api/conversations/${id}/messages`, { text: "hello" });
    const turn = await eventually("the turn has ended", async () => (await as_admin("GET", `/api/conversations/${id}`)).messages.find((m) => m.role === "assistant" && m.status));
    assert.match(turn.error, /The budget of the user "marta" for this day/);
    const usage = await as_admin("GET", "/api/me/usage");
    assert.equal(usage.budget.day_usd, 0.001);
    await page.goto("/settings/profile");
    await page.getByText(/of \$0\.0010 spent/).waitFor();
    await as_admin("PATCH", `/api/users/${me.id}`, { budget: {} });
    assert.deepEqual((await as_admin("GET", "/api/users")).find((u) => u.id === me.id).budget, { day_usd: null, month_usd: null });
  });
});
