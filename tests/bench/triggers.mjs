// What comes in signed, by Telegram, and what goes out by the outbox.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { eventually, Program } from "../support/program.mjs";
import { start_telegram } from "../support/telegram_server.mjs";
import { load } from "../support/machine.mjs";
import { wrk, body } from "./intake.mjs";
import { figure, note, question, rounds, shown } from "./report.mjs";

const secret = "a secret of the benchmark";
const updates = 2000, chats = 20;
const deliveries = 5000, targets = 32;

export async function signed() {
  question("How many signed webhooks a second are taken in, each checked and committed before its 202?", "as intake, paused, 64 clients; X-Hub-Signature-256, HMAC-SHA-256 of 200 bytes; without a signature beside it");
  const program = new Program();
  try {
    await program.start();
    await program.lift_limits();
    const open = await program.make_webhook("/say noted");
    const hook = await program.make_webhook("/say noted");
    await program.admin("PATCH", `/api/webhooks/${hook.webhook.id}`, { verify: "github", secret });
    await program.admin("POST", "/api/pause");
    const header = `X-Hub-Signature-256: sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const seen = { signed: [], open: [] };
    await wrk(program, open.path, 64, 1);
    for (let i = 0; i < rounds; ++i) {
      seen.signed.push(await wrk(program, hook.path, 64, 3, header));
      seen.open.push(await wrk(program, open.path, 64));
    }
    for (const [name, all] of Object.entries(seen)) {
      figure(`${name}, 64 clients: deliveries`, "/s", all.map((r) => r.rate));
      figure(`${name}, 64 clients: p50`, "ms", all.map((r) => r.p50));
      figure(`${name}, 64 clients: p99`, "ms", all.map((r) => r.p99));
    }
    note(`load ${load()}`);
  } finally {
    await program.remove();
  }
}

export async function telegram() {
  question("How many Telegram updates a second become a queued run?", `paused; ${shown(updates)} messages with a trigger word in ${chats} chats, which wait when the bot asks, a hundred at a time; until the last run is committed`);
  const bot = await start_telegram();
  const program = new Program();
  try {
    await program.start();
    await program.lift_limits();
    const put = (key, value) => program.admin("POST", "/api/credentials", { key, value });
    const { agent } = await program.make_webhook("/say noted");
    await program.admin("POST", "/api/telegram/triggers", { trigger_word: "watch", agent_id: agent.id });
    for (let c = 1; c <= chats; ++c) await program.admin("POST", "/api/telegram/whitelist", { chat_id: String(c) });
    await program.admin("POST", "/api/pause");
    await put("system:telegram_base_url", bot.url);
    const values = [];
    for (let i = 1; i <= rounds; ++i) {
      for (let n = 0; n < updates; ++n) bot.say((n % chats) + 1, `watch ${i} ${n}`);
      const began = Date.now();
      await put("system:telegram_bot_token", bot.token);
      await eventually("all are queued", async () => Number((await program.rows("SELECT count(*) FROM runs WHERE reply_to IS NOT NULL"))[0][0]) === i * updates, { limit: 120_000, every: 20 });
      values.push(updates / (Date.now() - began) * 1000);
      await program.admin("DELETE", "/api/credentials/system:telegram_bot_token");
    }
    figure("Telegram: updates to queued runs", "/s", values);
    note(`load ${load()}`);
  } finally {
    await program.remove();
    await bot.close();
  }
}

export async function outbox() {
  question("How many deliveries a second does the outbox make, each marked in the database?", `${shown(deliveries)} rows; to one target, in order, and to ${targets}; the receiver answers at once`);
  const server = createServer((q, a) => { q.resume(); q.on("end", () => a.end()); });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const host = `127.0.0.1:${server.address().port}`;
  const program = new Program();
  try {
    await program.start();
    await program.admin("POST", "/api/credentials", { key: "system:egress_allow_hosts", value: host });
    const made = [];
    for (let i = 0; i < targets; ++i) made.push(await program.admin("POST", "/api/webhook-targets", { name: `t${i}`, url: `http://${host}/` }));
    for (const lanes of [1, targets]) {
      const values = [];
      for (let i = 0; i < rounds; ++i) {
        const list = made.slice(0, lanes).map((t) => `'${t.id}'`).join(", ");
        await program.psql("-c", `INSERT INTO outbox (id, channel, lane, body, created_at, next_at) SELECT gen_random_uuid()::text, 'webhook', (ARRAY[${list}])[1 + n % ${lanes}], '{"type":"message","data":{"n":1}}', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '2020-01-01T00:00:00.000Z' FROM generate_series(1, ${deliveries}) n`);
        const began = Date.now();
        await program.admin("POST", `/api/webhook-targets/${made[0].id}/test`); // it looks
        await eventually("all are sent", async () => Number((await program.rows("SELECT count(*) FROM outbox WHERE state = 'waiting'"))[0][0]) === 0, { limit: 120_000, every: 20 });
        values.push(deliveries / (Date.now() - began) * 1000);
      }
      figure(`outbox, ${lanes} target${lanes > 1 ? "s" : ""}: deliveries`, "/s", values);
    }
    note(`load ${load()}`);
  } finally {
    await program.remove();
    server.closeAllConnections();
    await new Promise((r) => server.close(r));
  }
}
