import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { start_receiver } from "../support/receiver.mjs";
import { as_admin, eventually, fresh, make_agent, new_page } from "../support/world.mjs";

let receiver;
const run_ended = (id) => eventually(`the run ${id} ends`, async () => {
  const run = await as_admin("GET", `/api/runs/${id}`);
  return ["success", "error", "stopped"].includes(run.status) && run;
});
let answer = () => 200;
const make = async (more = {}) => as_admin("POST", "/api/webhook-targets", { name: fresh("target"), url: `${receiver.url}/hook`, ...more });
const got_by = (path) => receiver.got.filter((g) => g.path === path);
const sendings = (target) => as_admin("GET", `/api/webhook-targets/${target.id}/deliveries`);
const settled = async (target, count = 1) => {
  let all;
  await eventually("its deliveries are over", async () => { all = await sendings(target); return all.length >= count && all.every((d) => d.state !== "waiting"); });
  return all;
};

suite("Webhook targets", () => {
  before(async () => {
    receiver = await start_receiver((one, n) => answer(one, n));
    await as_admin("POST", "/api/credentials", { key: "system:egress_allow_hosts", value: receiver.host });
    await as_admin("POST", "/api/credentials", { key: "system:max_autonomous_runs_per_hour", value: 0 });
  });
  after(async () => {
    await as_admin("POST", "/api/credentials", { key: "system:egress_allow_hosts", value: "" });
    await receiver.close();
  });

  test("a target is made on the page, tried with a test, and what it gets is signed", async () => {
    const page = await new_page();
    const name = fresh("crm");
    await page.goto("/targets");
    await page.getByRole("heading", { level: 1, name: "Targets" }).waitFor();
    await page.keyboard.press("n");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Address", { exact: true }).fill(`${receiver.url}/crm`);
    await page.getByLabel("Header with a secret").fill("Authorization");
    await page.getByLabel("Its value").fill("Bearer open-sesame");
    await page.getByRole("button", { name: "Make the target" }).click();
    const secret = (await page.getByRole("group", { name: "Signing secret" }).innerText()).trim();
    assert.match(secret, /^whsec_/);
    await page.getByRole("button", { name: "I have copied it" }).click();
    const drawer = page.getByRole("complementary", { name: `Target ${name}` });
    await drawer.getByRole("button", { name: "Send a test" }).click();
    await drawer.getByText("delivered").waitFor();
    const [test] = got_by("/crm");
    assert.equal(test.headers["authorization"], "Bearer open-sesame");
    const payload = new Webhook(secret).verify(test.body, test.headers);
    assert.equal(payload.type, "test");
    const row = (await as_admin("GET", "/api/webhook-targets")).find((t) => t.name === name);
    assert.ok(!JSON.stringify([row, await sendings(row)]).includes("open-sesame"), "the secret is never read again");
  });

  test("the ends of an agent's runs are told, each once, in order; what fails is tried again with the same id", async () => {
    const good = await make_agent("/say well done");
    const target = await make({ url: `${receiver.url}/ends` });
    let refused = 0;
    answer = (one) => (one.path === "/ends" && refused++ < 1 ? { status: 503, headers: { "Retry-After": "1" } } : 200);
    const page = await new_page();
    await page.goto(`/agents/${good.id}?tab=definition`);
    await page.getByLabel(`What ${target.name} is told`).selectOption({ label: "each end" });
    await eventually("it is kept", async () => (await as_admin("GET", `/api/agents/${good.id}/targets`)).targets.length === 1);
    const runs = [];
    for (let i = 0; i < 3; ++i) {
      runs.push((await as_admin("POST", `/api/agents/${good.id}/run`, {})).run_id);
      await run_ended(runs.at(-1));
    }
    const all = await settled(target, 3);
    assert.deepEqual(all.map((d) => d.state), ["sent", "sent", "sent"]);
    const got = got_by("/ends");
    assert.equal(got.length, 4);
    assert.equal(new Set(got.slice(0, 2).map((g) => g.headers["webhook-id"])).size, 1, "the same id at each try");
    assert.deepEqual(got.slice(1).map((g) => JSON.parse(g.body).data.run_id), runs, "in order");
    const { type, data } = JSON.parse(got[1].body);
    assert.deepEqual([type, data.status, data.result, data.agent], ["run.finished", "success", "well done", good.name]);
    answer = () => 200;

    await as_admin("PUT", `/api/agents/${good.id}/targets`, { targets: [{ target_id: target.id, tell: "error" }] });
    await run_ended((await as_admin("POST", `/api/agents/${good.id}/run`, {})).run_id);
    await new Promise((r) => setTimeout(r, 300));
    assert.equal((await sendings(target)).length, 3, "a success is not told to who wants errors");
    await assert.rejects(as_admin("PUT", `/api/agents/${good.id}/targets`, { targets: [{ target_id: "nobody", tell: "both" }] }), /targets/);
  });

  test("410 switches a target off; what was given up is sent again by hand", async () => {
    const target = await make({ url: `${receiver.url}/gone` });
    answer = (one) => (one.path === "/gone" ? 410 : 200);
    await as_admin("POST", `/api/webhook-targets/${target.id}/test`);
    await eventually("it is off", async () => !(await as_admin("GET", `/api/webhook-targets/${target.id}`)).enabled);
    assert.equal((await settled(target))[0].state, "dead");
    answer = () => 200;
    const page = await new_page();
    await page.goto(`/targets?id=${target.id}`);
    const drawer = page.getByRole("complementary", { name: `Target ${target.name}` });
    await drawer.getByText("Switched off by itself.").waitFor();
    await drawer.getByRole("switch", { name: "On" }).check();
    await drawer.getByRole("button", { name: /Send again/ }).click();
    await drawer.getByText("delivered").waitFor();
    const ids = got_by("/gone").map((g) => g.headers["webhook-id"]);
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1]);
  });

  test("an address that may not be reached gets nothing, whatever its form, also by a redirect", async () => {
    answer = (one) => (one.path === "/away" ? { status: 302, headers: { Location: `${receiver.url}/secret` } } : 200);
    const port = receiver.host.split(":")[1];
    for (const host of ["127.0.0.2", "2130706434", "0x7f.0.0.2", "0177.0.0.2", "[::ffff:127.0.0.2]", "localhost", "localhost.", "169.254.169.254", "100.64.0.1", "[fe80::1]", "10.0.0.1", "0.0.0.0", "[64:ff9b::7f00:2]"]) {
      const target = await make({ url: `http://${host}:${port}/secret` }).catch((e) => ({ refused: String(e) }));
      if (target.refused) continue;
      await as_admin("POST", `/api/webhook-targets/${target.id}/test`);
      const [d] = await settled(target);
      assert.equal(d.state, "dead", host);
      assert.equal(d.last_status, null, host);
    }
    const away = await make({ url: `${receiver.url}/away` });
    await as_admin("POST", `/api/webhook-targets/${away.id}/test`);
    await eventually("the redirect is seen", async () => (await sendings(away))[0].attempts > 0);
    assert.match((await sendings(away))[0].last_error, /Redirects are not followed/);
    assert.equal(got_by("/secret").length, 0);
    await as_admin("DELETE", `/api/webhook-targets/${away.id}`);
    answer = () => 200;
  });

  test("what cannot be a target is refused beside its field", async () => {
    for (const [body, field] of [
      [{ url: "ftp://example.org" }, "url"], [{ url: "javascript:alert(1)" }, "url"], [{ name: "" }, "name"],
      [{ header_name: "X-A\r\nX-B", header_value: "1" }, "header_name"], [{ header_name: "Host", header_value: "x" }, "header_name"],
      [{ header_name: "X-A", header_value: "a\r\nX-B: c" }, "header_value"], [{ header_name: "X-A" }, "header_value"],
      [{ header_name: "webhook-signature", header_value: "x" }, "header_name"], [{ header_name: null, header_value: "x" }, "header_name"],
    ]) await assert.rejects(make(body), new RegExp(field), JSON.stringify(body));
  });

  test("an agent sends to a target and fires a webhook only when its list names the tool", async () => {
    const target = await make({ url: `${receiver.url}/tool` });
    const fired = await make_agent("/input");
    const hook = await as_admin("POST", "/api/webhooks", { name: fresh("inner"), agent_id: fired.id });
    const prompt = `/tool webhook {"action":"send_to_target","name":"${target.name}","body":{"n":1}}\n/tool webhook {"action":"trigger_webhook","name":"${hook.name}","body":{"n":2}}\n/say sent`;
    const start = async (agent) => run_ended((await as_admin("POST", "/api/webhooks", { name: fresh("by"), agent_id: agent.id }).then((h) => fetch(h.url, { method: "POST" })).then((a) => a.json())).run_id);
    await start(await make_agent(prompt));
    assert.equal((await sendings(target)).length, 0, "nobody named the tool");
    await start(await make_agent(prompt, { allowed_tools: ["webhook"] }));
    assert.equal((await settled(target))[0].type, "message");
    assert.deepEqual(JSON.parse(got_by("/tool")[0].body).data, { n: 1 });
    const runs = await as_admin("GET", `/api/agents/${fired.id}/runs`);
    assert.equal(runs.length, 1);
    assert.match((await run_ended(runs[0].id)).result, /"n": 2/);
  });

  test("a user is told by ntfy and Pushover", async () => {
    await as_admin("POST", "/api/credentials", { key: "system:pushover_base_url", value: receiver.url });
    await as_admin("POST", "/api/credentials", { key: "system:pushover_app_token", value: "app-token" });
    const page = await new_page();
    await page.goto("/settings/notifications");
    await page.getByLabel("ntfy topic").fill("not an address");
    await page.getByLabel("ntfy topic").fill(`${receiver.url}/my-topic`);
    await page.getByLabel("Its access token").fill("tk_secret");
    await page.getByRole("button", { name: "Keep the topic" }).click();
    await page.getByText("Kept.").waitFor();
    await page.getByLabel("Pushover user key").fill("user-key");
    await page.getByRole("button", { name: "Keep the key" }).click();
    await page.getByRole("button", { name: "Remove the key" }).waitFor();
    await page.getByRole("button", { name: "Send a test" }).click();
    await eventually("both are told", async () => got_by("/").length === 1 && got_by("/1/messages.json").length === 1);
    const [ntfy] = got_by("/");
    assert.equal(ntfy.headers["authorization"], "Bearer tk_secret");
    assert.equal(JSON.parse(ntfy.body).topic, "my-topic");
    assert.deepEqual(Object.keys(JSON.parse(got_by("/1/messages.json")[0].body)).sort(), ["message", "title", "token", "user"]);
    assert.ok(!JSON.stringify(await as_admin("GET", "/api/me/push")).includes("secret"));
  });
});
