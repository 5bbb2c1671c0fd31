import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { sign } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import { as_admin, fresh, make_agent, new_page, server } from "../support/world.mjs";

const body = JSON.stringify({ action: "opened" });
const send = async (address, headers = {}) => {
  const answer = await fetch(address, { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } });
  return { status: answer.status, body: await answer.json() };
};
const seconds = () => Math.floor(Date.now() / 1000);
function standard(secret, id, time = seconds()) {
  const mac = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64")).update(`${id}.${time}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(time), "webhook-signature": `v1,${mac}` };
}
const github = (secret) => ({ "X-Hub-Signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` });

suite("Webhook senders", () => {
  test("that sign with the libraries of GitHub and of Standard Webhooks are believed, others are not", async () => {
    const agent = await make_agent("/say taken in");
    const make = (more) => as_admin("POST", "/api/webhooks", { name: fresh("peer"), agent_id: agent.id, ...more });
    const forge = await make({ verify: "github", secret: "It's a Secret to Everybody" });
    const good = await sign("It's a Secret to Everybody", body);
    assert.equal((await send(forge.url, { "X-Hub-Signature-256": good })).status, 202);
    for (const bad of ["", good.slice(0, -1), good.toUpperCase(), `${good},${good}`, good.replace("sha256=", "sha1="), await sign("another", body)])
      assert.equal((await send(forge.url, { "X-Hub-Signature-256": bad })).status, 401, bad);
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const hook = await make({ verify: "standard", secret });
    const signed = (id, ms) => ({ "webhook-id": id, "webhook-timestamp": String(Math.floor(ms / 1000)), "webhook-signature": new Webhook(secret).sign(id, new Date(ms), body) });
    assert.equal((await send(hook.url, signed("msg_a", Date.now()))).status, 202);
    assert.equal((await send(hook.url, signed("msg_b", Date.now() - 295_000))).status, 202);
    assert.equal((await send(hook.url, signed("msg_c", Date.now() + 295_000))).status, 202);
    assert.equal((await send(hook.url, signed("msg_d", Date.now() - 305_000))).status, 401);
    assert.equal((await send(hook.url, signed("msg_e", Date.now() + 305_000))).status, 401);
  });

  test("without a token send no ten megabytes: they are refused before they are read", async () => {
    const { hostname, port } = new URL(server.url);
    for (const path of ["/webhook/unknown", `/webhook/${"x".repeat(43)}`]) {
      const answer = await new Promise((resolve, reject) => {
        let text = "", sent = 0;
        const socket = connect(Number(port), hostname, () => {
          socket.write(`POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n`);
          const piece = Buffer.alloc(65536, "x");
          const more = () => { while (sent < 10485760 && !socket.destroyed) { sent += piece.length; if (!socket.write(piece)) return void socket.once("drain", more); } };
          setTimeout(more, 300);
        });
        socket.setEncoding("utf8").on("data", (part) => { text += part; });
        socket.on("close", () => resolve({ text, sent }));
        socket.on("error", () => resolve({ text, sent }));
        setTimeout(() => reject(new Error(`no answer to ${path}`)), 20_000);
      });
      assert.match(answer.text, /^HTTP\/1\.1 413 /);
      assert.ok(answer.sent < 10485760, "it was not read to its end");
    }
  });

  test("prove themselves by Standard Webhooks, with a secret made on the page and then replaced by another", async () => {
    const agent = await make_agent("/say taken in");
    const page = await new_page();
    const name = fresh("signed");
    await page.goto("/triggers");
    await page.getByRole("heading", { level: 1, name: "Triggers" }).waitFor();
    await page.keyboard.press("n");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Agent that it starts").selectOption({ label: agent.name });
    await page.getByLabel("Senders prove themselves").selectOption({ label: "Standard Webhooks" });
    await page.getByRole("button", { name: "Make the webhook" }).click();
    await page.getByText("is needed, so that senders can prove themselves").waitFor();
    await page.getByRole("button", { name: "Make one" }).click();
    const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    await page.getByRole("button", { name: "Make the webhook" }).click();
    const drawer = page.getByRole("complementary", { name: `Webhook ${name}` });
    await drawer.getByText("Standard Webhooks").waitFor();
    const { id, url } = (await as_admin("GET", "/api/webhooks")).find((w) => w.name === name);
    assert.ok(!JSON.stringify(await as_admin("GET", `/api/webhooks/${id}`)).includes(secret));

    const bare = await send(url);
    assert.equal(bare.status, 401);
    assert.match(JSON.stringify(bare.body), /webhook-id, webhook-timestamp and webhook-signature are needed/);
    const first = await send(url, standard(secret, "msg_1"));
    assert.equal(first.status, 202);
    assert.deepEqual((await send(url, { ...standard(secret, "msg_1"), "Idempotency-Key": fresh("other") })).body, first.body, "a replay is the same delivery");
    assert.equal((await send(url, standard(secret, "msg_2", seconds() - 400))).status, 401);
    assert.equal((await send(url, { ...standard(secret, "msg_3"), "webhook-id": "msg_4" })).status, 401);

    await drawer.getByRole("button", { name: "Change" }).click();
    await page.getByRole("button", { name: "Make one" }).click();
    const next = await page.getByLabel("Secret", { exact: true }).inputValue();
    await page.getByLabel("The one before holds too").check();
    await page.getByRole("button", { name: "Save" }).click();
    await drawer.getByText("2 secrets hold").waitFor();
    assert.equal((await send(url, standard(secret, "msg_5"))).status, 202);
    assert.equal((await send(url, standard(next, "msg_6"))).status, 202);
    await as_admin("PATCH", `/api/webhooks/${id}`, { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
    assert.equal((await send(url, standard(secret, "msg_7"))).status, 401);
    assert.equal((await send(url, standard(next, "msg_8"))).status, 401);
  });

  test("prove themselves as GitHub does, or by a secret in a header; what cannot be is refused beside its field", async () => {
    const agent = await make_agent("/say taken in");
    const make = (more) => as_admin("POST", "/api/webhooks", { name: fresh("hook"), agent_id: agent.id, ...more });
    const forge = await make({ verify: "github", secret: "It's a Secret to Everybody" });
    assert.equal(forge.secrets, 1);
    assert.equal((await send(forge.url, github("It's a secret to nobody"))).status, 401);
    const delivery = { ...github("It's a Secret to Everybody"), "X-GitHub-Delivery": fresh("delivery") };
    const first = await send(forge.url, delivery);
    assert.equal(first.status, 202);
    assert.deepEqual((await send(forge.url, delivery)).body, first.body);
    const lab = await make({ verify: "token", token_header: "X-Gitlab-Token", secret: "open sesame please" });
    assert.equal((await send(lab.url)).status, 401);
    assert.equal((await send(lab.url, { "x-gitlab-token": "open sesame please" })).status, 202);
    await assert.rejects(make({ verify: "token", secret: "open sesame please" }), /token_header/);
    await assert.rejects(make({ verify: "github", secret: "short" }), /8 to 512 bytes/);
    await assert.rejects(make({ verify: "standard", secret: "whsec_AAAA" }), /24 to 64 bytes/);
    const open = await as_admin("PATCH", `/api/webhooks/${lab.id}`, { verify: "none" });
    assert.equal(open.secrets, 0);
    assert.equal((await send(lab.url)).status, 202);
  });
});
