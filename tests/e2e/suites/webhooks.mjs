import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, call, eventually, fresh, make_agent, new_page } from "../support/world.mjs";

const post = (address, body, headers) => call("POST", new URL(address).pathname, { body, headers });

suite("Webhooks", () => {
  test("is made, fired with what the page shows, watched, switched off and deleted", async () => {
    const agent = await make_agent("/say Taken in\n/input");
    const page = await new_page({ permissions: ["clipboard-read", "clipboard-write"] });
    const name = fresh("forge");
    await page.goto("/triggers");
    await page.getByRole("heading", { level: 1, name: "Triggers" }).waitFor();
    await page.keyboard.press("n");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Agent that it starts").selectOption({ label: agent.name });
    await page.getByRole("button", { name: "Make the webhook" }).click();
    const drawer = page.getByRole("complementary", { name: `Webhook ${name}` });
    await drawer.waitFor();
    const address = (await drawer.getByRole("group", { name: "Address" }).innerText()).trim();
    assert.match(address, /^http:\/\/.+\/webhook\/\S{20,}$/);
    await drawer.getByRole("button", { name: /Copy Try it/ }).click();
    await drawer.getByText("Copied").waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl -X POST 'http:\/\/[^']+' -H 'Content-Type: application\/json' -d '\{.*\}'$/);

    const answer = await post(address, { event: "push", commits: 3 });
    assert.equal(answer.status, 202);
    await page.goto(`/runs/${answer.body.run_id}`);
    await page.locator(".top").getByText("done").waitFor();
    await page.locator(".steps").getByText("Webhook", { exact: true }).waitFor();
    assert.match(await page.locator(".prose").last().innerText(), /commits/);

    await page.goto("/triggers");
    await page.getByRole("link", { name }).click();
    await page.getByRole("switch", { name: `${name} on` }).uncheck();
    await eventually("404 when it is off", async () => (await post(address, {})).status === 404);
    await page.getByRole("switch", { name: `${name} on` }).check();
    await eventually("202 when it is on again", async () => (await post(address, {})).status === 202);

    await drawer.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete the webhook" }).click();
    await page.getByRole("link", { name, exact: true }).waitFor({ state: "detached" });
    assert.equal((await post(address, {})).status, 404);
  });

  test("the same key twice starts one run", async () => {
    const agent = await make_agent("/say once");
    const hook = await as_admin("POST", "/api/webhooks", { name: fresh("twice"), agent_id: agent.id });
    const key = { "Idempotency-Key": fresh("key") };
    const [one, two] = [await post(hook.url, { n: 1 }, key), await post(hook.url, { n: 1 }, key)];
    assert.equal(one.status, 202);
    assert.deepEqual(two.body, one.body);
    const page = await new_page();
    await page.goto(`/agents/${agent.id}`);
    await page.locator("td").getByText("Webhook", { exact: true }).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 1);
  });

  test("the page lists what came, and runs it again", async () => {
    const agent = await make_agent("/input");
    const name = fresh("log");
    const hook = await as_admin("POST", "/api/webhooks", { name, agent_id: agent.id });
    const page = await new_page();
    await page.goto("/triggers");
    await page.getByRole("link", { name }).click();
    const drawer = page.getByRole("complementary", { name: `Webhook ${name}` });
    await drawer.getByText("Nothing has come yet.").waitFor();
    const { body } = await post(hook.url, { ticket: 4711 });
    await drawer.getByText("4711").waitFor();
    await drawer.getByRole("link", { name: "done" }).waitFor();
    await drawer.getByRole("button", { name: /^Run again/ }).click();
    await drawer.getByText("It runs again with the same input").waitFor();
    const runs = await eventually("both have ended", async () => { const all = await as_admin("GET", `/api/agents/${agent.id}/runs`); return all.length === 2 && all.every((r) => r.status === "success") && all; });
    for (const run of runs) assert.match(run.result, /4711/);
    const [delivery] = await as_admin("GET", `/api/webhooks/${hook.id}/deliveries`);
    assert.equal(delivery.run_id, body.run_id);
    assert.equal(delivery.run_status, "success");
    assert.match(delivery.excerpt, /"ticket": ?4711/);
  });

  test("a test is sent from the page and leads to its run", async () => {
    const agent = await make_agent("/input");
    const hook = await as_admin("POST", "/api/webhooks", { name: fresh("test"), agent_id: agent.id });
    const page = await new_page();
    await page.goto(`/triggers?id=${hook.id}`);
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByRole("link", { name: "Watch the run" }).click();
    await page.locator(".top").getByText("done").waitFor();
    assert.match(await page.locator(".prose").last().innerText(), /hello/);
  });

  test("whose agent was deleted says so, and takes another", async () => {
    const [gone, heir] = [await make_agent("/say x"), await make_agent("/say y")];
    const hook = await as_admin("POST", "/api/webhooks", { name: fresh("orphan"), agent_id: gone.id });
    await as_admin("DELETE", `/api/agents/${gone.id}`);
    assert.equal((await post(hook.url, {})).status, 404);
    const page = await new_page();
    await page.goto(`/triggers?id=${hook.id}`);
    await page.getByText("Its agent was deleted.").waitFor();
    await page.getByRole("button", { name: "Choose an agent" }).click();
    await page.getByLabel("Agent that it starts").selectOption({ label: heir.name });
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("switch", { name: `${hook.name} on` }).check();
    await eventually("202", async () => (await post(hook.url, {})).status === 202);
  });

  test("says what is missing", async () => {
    const page = await new_page();
    await page.goto("/triggers");
    await page.getByRole("button", { name: /New webhook|Make a webhook/ }).first().click();
    await page.getByRole("button", { name: "Make the webhook" }).click();
    await eventually("errors at name and agent", async () => (await page.locator('dialog [aria-invalid="true"]').count()) === 2);
  });
});
