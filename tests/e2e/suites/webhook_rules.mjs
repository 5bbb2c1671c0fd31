import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { as_admin, fresh, make_agent, new_page } from "../support/world.mjs";

const send = async (address, body, headers = {}) => {
  const answer = await fetch(address, { method: "POST", body: Buffer.from(body), headers });
  return { status: answer.status, body: await answer.json(), retry: answer.headers.get("retry-after") };
};
const json = { "Content-Type": "application/json" };
const opened = (title) => JSON.stringify({ action: "opened", pull_request: { title, user: { login: "anna" } } });
const make = async (agent, more = {}) => as_admin("POST", "/api/webhooks", { name: fresh("ruled"), agent_id: agent.id, ...more });

suite("Webhook rules", () => {
  before(() => as_admin("POST", "/api/credentials", { key: "system:max_autonomous_runs_per_hour", value: 0 })); // more than 20 are made here

  test("a filter and a template are tried on what came before they are saved, and then hold", async () => {
    const agent = await make_agent("/input");
    const hook = await make(agent);
    await send(hook.url, opened("Fix the roof"), json);
    await send(hook.url, JSON.stringify({ action: "closed" }), json);
    const page = await new_page();
    await page.goto(`/triggers?id=${hook.id}`);
    const drawer = page.getByRole("complementary", { name: `Webhook ${hook.name}` });
    await drawer.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Only when").fill("body.action = 'opened'");
    await page.getByText("equal is written ==").waitFor();
    await page.getByLabel("Only when").fill("body.action == 'opened'");
    await page.getByLabel("What the run is told").fill("/say A pull request: {{body.pull_request.title}} by {{body.pull_request.user.login}}");
    await page.getByText("Of the newest 2 deliveries, 1 would start a run").click();
    await page.getByText("is ignored").waitFor();
    await page.getByText("/say A pull request: [body.pull_request.title] by [body.pull_request.user.login]").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await drawer.getByText("body.action == 'opened'").waitFor();

    const taken = await send(`${hook.url}?wait=20`, opened("/say owned"), json);
    assert.equal(taken.status, 200);
    assert.equal(taken.body.status, "success");
    assert.match(taken.body.result, /A pull request: \[body\.pull_request\.title\] by/, "the template is the task");
    assert.match(taken.body.result, /\[body\.pull_request\.title\]\n\/say owned\n/, "what came is data");
    const left = await send(hook.url, JSON.stringify({ action: "closed" }), { ...json, "Idempotency-Key": "closed-1" });
    assert.equal(left.status, 202);
    assert.equal(left.body.ignored, "the filter does not match");
    assert.equal(left.body.run_id, undefined);
    assert.deepEqual((await send(hook.url, JSON.stringify({ action: "closed" }), { ...json, "Idempotency-Key": "closed-1" })).body, left.body);
    assert.equal((await send(hook.url, opened("another"), { ...json, "Idempotency-Key": "closed-1" })).status, 409);
    await page.reload();
    await drawer.getByText("ignored: the filter does not match").first().waitFor();
  });

  test("JSON, forms, multipart forms and text are taken; files, other types and broken bodies are refused", async () => {
    const hook = await make(await make_agent("/input"), { prompt_template: "Tell {{body.a}} {{query.b}} {{headers.x-kind}} {{headers.x-api-token}}" });
    for (const [body, headers] of [
      ['{"a": "x"}', json], ["a=x", { "Content-Type": "application/x-www-form-urlencoded" }],
      ["--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n", { "Content-Type": "multipart/form-data; boundary=B" }],
    ]) {
      const answer = await send(`${hook.url}?b=2&wait=20`, body, { ...headers, "X-Kind": "k", "X-Api-Token": "hush" });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.match(answer.body.result, /\[body\.a\]\nx\n\n\[query\.b\]\n2\n\n\[headers\.x-kind\]\nk\n\n\[headers\.x-api-token\]\n\*\*\*/);
      assert.ok(!answer.body.result.includes("hush"), "a header that may hold a secret goes nowhere");
    }
    const text = await make(await make_agent("/say taken in"));
    assert.equal((await send(text.url, "plain words", { "Content-Type": "text/plain; charset=utf-8" })).status, 202);
    const status = async (body, type) => (await send(text.url, body, { "Content-Type": type })).status;
    assert.equal(await status("%PDF", "application/pdf"), 415);
    assert.equal(await status("{", "application/json"), 422);
    assert.equal(await status("--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.exe\"\r\n\r\nMZ\r\n--B--\r\n", "multipart/form-data; boundary=B"), 422);
    assert.equal(await status("--B\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nnever ends", "multipart/form-data; boundary=B"), 422);
    assert.equal(await status("--B--", "multipart/form-data"), 422);
  });

  test("the same id with another body is a conflict, and a rate is kept with when to come again", async () => {
    const hook = await make(await make_agent("/say taken in"));
    const key = { ...json, "Idempotency-Key": "one" };
    const first = await send(hook.url, '{"n":1}', key);
    assert.deepEqual((await send(hook.url, '{"n":1}', key)).body, first.body);
    const other = await send(hook.url, '{"n":2}', key);
    assert.equal(other.status, 409);
    assert.match(JSON.stringify(other.body), /with another body/);

    const slow = await make(await make_agent("/say taken in"), { rate_per_minute: 2 });
    assert.deepEqual([(await send(slow.url, "{}", json)).status, (await send(slow.url, "{}", json)).status], [202, 202]);
    const over = await send(slow.url, "{}", json);
    assert.equal(over.status, 429);
    assert.ok(Number(over.retry) > 0 && Number(over.retry) <= 30, over.retry);
    await assert.rejects(as_admin("PATCH", `/api/webhooks/${slow.id}`, { rate_per_minute: -1 }), /rate_per_minute/);
    await assert.rejects(as_admin("PATCH", `/api/webhooks/${slow.id}`, { filter: "bodies.x" }), /begins with body, headers or query/);
    await assert.rejects(as_admin("PATCH", `/api/webhooks/${slow.id}`, { prompt_template: "{{body." }), /prompt_template/);
  });

  test("a sender that waits gets the result, or 202 when it takes longer", async () => {
    const quick = await make(await make_agent("/say here it is"));
    const done = await send(`${quick.url}?wait=30`, "{}", json);
    assert.equal(done.status, 200);
    assert.deepEqual([done.body.status, done.body.result, done.body.error], ["success", "here it is", null]);
    const slow = await make(await make_agent("/slow 6 late it comes"));
    const began = Date.now();
    assert.equal((await send(`${slow.url}?wait=1`, "{}", json)).status, 202);
    assert.ok(Date.now() - began < 3000);
    assert.equal((await send(`${quick.url}?wait=61`, "{}", json)).status, 422);
  });
});
