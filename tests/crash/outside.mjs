// What comes by Telegram and goes out by the outbox while the server is killed: each message starts one run, and the end of each run is
// told to the chat and to a target, at least once and by the same id.
import { createServer } from "node:http";
import { start_telegram } from "../support/telegram_server.mjs";
import { sleep } from "../support/program.mjs";

const chats = [101, 102, 103, 104, 105, 106, 107, 108]; // each is answered once a second at most
const settle_limit = 180_000; // ms
const refused_of = 25;        // one delivery in so many is refused, and comes again

export class Outside {
  #bot;
  #receiver;
  #agent;
  #target;
  #stopped = true;
  #talking = Promise.resolve();
  written = new Map(); // update_id → text
  told = new Map();    // run id → Set of webhook-ids
  refused = 0;

  async set_up(program) {
    this.#bot = await start_telegram();
    let requests = 0;
    this.#receiver = createServer((q, a) => {
      const parts = [];
      q.on("data", (p) => parts.push(p));
      q.on("end", () => {
        const { data } = JSON.parse(Buffer.concat(parts).toString());
        this.told.set(data.run_id, (this.told.get(data.run_id) ?? new Set()).add(q.headers["webhook-id"]));
        const no = ++requests % refused_of === 0;
        this.refused += no ? 1 : 0;
        a.writeHead(no ? 503 : 200).end();
      });
    });
    await new Promise((r) => this.#receiver.listen(0, "127.0.0.1", r));
    const host = `127.0.0.1:${this.#receiver.address().port}`;
    const put = (key, value) => program.admin("POST", "/api/credentials", { key, value });
    await put("system:egress_allow_hosts", host);
    await put("system:telegram_base_url", this.#bot.url);
    await put("system:telegram_bot_token", this.#bot.token);
    for (const chat of chats) await program.admin("POST", "/api/telegram/whitelist", { chat_id: String(chat) });
    this.#agent = await program.admin("POST", "/api/agents", { name: "told", prompt: "/input", model: "demo:scripted" });
    await program.admin("POST", "/api/telegram/triggers", { trigger_word: "watch", agent_id: this.#agent.id });
    this.#target = await program.admin("POST", "/api/webhook-targets", { name: "books", url: `http://${host}/told` });
    await program.admin("PUT", `/api/agents/${this.#agent.id}/targets`, { targets: [{ target_id: this.#target.id, tell: "both" }] });
  }

  /// Writes until stop(), about ten messages a second.
  begin(name) {
    this.#stopped = false;
    this.#talking = (async () => {
      for (let n = 0; !this.#stopped; ++n) {
        const text = `watch ${name}-${n}`;
        this.written.set(this.#bot.say(chats[n % chats.length], text), text);
        await sleep(60 + Math.random() * 80);
      }
    })();
  }
  async stop() {
    this.#stopped = true;
    await this.#talking;
  }

  /// Waits until all is delivered; answers what is wrong.
  async check(program) {
    const end = Date.now() + settle_limit;
    const left = async () => Number((await program.rows("SELECT count(*) FROM outbox WHERE state = 'waiting'"))[0][0]) + this.#bot.pending();
    while ((await left()) > 0 && Date.now() < end) await sleep(300);
    await program.drained();
    while ((await left()) > 0 && Date.now() < end) await sleep(300);
    const faults = [];
    const rows = await program.rows(`
      SELECT e.dedupe_key, count(*), count(r.id), min(coalesce(r.state, '')), min(coalesce(r.id, ''))
      FROM trigger_events e LEFT JOIN runs r ON r.trigger_event_id = e.id WHERE e.source = 'telegram' GROUP BY 1`);
    const by_id = new Map(rows.map((row) => [Number(row[0]), row]));
    const answers = chats.flatMap((chat) => this.#bot.texts(chat));
    for (const [id, text] of this.written) {
      const row = by_id.get(id);
      if (!row) { faults.push(`the message "${text}" (update ${id}) was lost`); continue; }
      const [, events, runs, state, run] = row;
      if (events !== "1" || runs !== "1") faults.push(`the message "${text}" has ${events} events and ${runs} runs`);
      else if (state !== "success") faults.push(`the run of "${text}" has status ${state}`);
      if (!answers.some((a) => a.endsWith(text))) faults.push(`the message "${text}" was never answered`);
      const ids = this.told.get(run);
      if (ids?.size !== 1) faults.push(`the end of the run of "${text}" came to the target under ${ids?.size ?? 0} ids`);
    }
    const [[dead]] = await program.rows("SELECT count(*) FROM outbox WHERE state = 'dead'");
    if (dead !== "0") faults.push(`${dead} deliveries were given up`);
    return faults.slice(0, 20);
  }

  async close() {
    await this.#bot?.close();
    this.#receiver?.closeAllConnections();
    await new Promise((r) => (this.#receiver ? this.#receiver.close(r) : r()));
  }
}
