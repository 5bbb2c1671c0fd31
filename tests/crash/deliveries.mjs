// Clients that deliver webhooks over keep-alive connections, and remember what they were told.
import http from "node:http";
import { sleep } from "../support/program.mjs";

/// What is known of every key: how often it was posted, and which answer it got.
export class Ledger {
  keys = new Map(); // key → { posts, run_id, event_id } (run_id null until acknowledged)
  violations = [];

  posted(key) {
    const entry = this.keys.get(key) ?? { posts: 0, run_id: null, event_id: null };
    entry.posts += 1;
    this.keys.set(key, entry);
  }

  acknowledged(key, answer) {
    const entry = this.keys.get(key);
    if (typeof answer.run_id !== "string" || typeof answer.event_id !== "string") {
      this.violations.push(`the answer to ${key} names no run and event: ${JSON.stringify(answer)}`);
      return;
    }
    if (entry.run_id !== null && (entry.run_id !== answer.run_id || entry.event_id !== answer.event_id))
      this.violations.push(`${key} was answered with run ${entry.run_id}, and later with run ${answer.run_id}`);
    entry.run_id = answer.run_id;
    entry.event_id = answer.event_id;
  }
}

/// One POST; answers { status, body } or throws when the connection breaks before the whole answer is there.
function post(agent, url, key) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ key, note: "a delivery of the crash test" });
    const request = http.request(url, { method: "POST", agent, headers: { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), "Idempotency-Key": key } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => { text += part; });
      answer.once("end", () => (answer.complete ? resolve({ status: answer.statusCode, text }) : reject(new Error("cut off"))));
      answer.once("error", reject);
    });
    request.once("error", reject);
    request.end(body);
  });
}

export class Clients {
  answered = 0;    // 202
  overloaded = 0;  // 503
  in_flight = new Set();
  unanswered = []; // keys whose delivery broke

  #url;
  #ledger;
  #prefix;
  #stopped = false;
  #tasks;

  /// `count` clients, each with one connection, which post fresh keys, and one in eight times a key that was posted before.
  constructor(url, ledger, prefix, count) {
    this.#url = url;
    this.#ledger = ledger;
    this.#prefix = prefix;
    this.#tasks = Array.from({ length: count }, (_, number) => this.#work(number));
  }

  async #work(number) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const mine = [];
    try {
      for (let n = 0; !this.#stopped; ++n) {
        const again = mine.length > 0 && Math.random() < 1 / 8;
        const key = again ? mine[Math.floor(Math.random() * mine.length)] : `${this.#prefix}-${number}-${n}`;
        if (!again) mine.push(key);
        await this.deliver(agent, key);
      }
    } catch (error) {
      if (!this.#stopped) throw error;
    } finally {
      agent.destroy();
    }
  }

  async deliver(agent, key) {
    this.#ledger.posted(key);
    this.in_flight.add(key);
    try {
      const answer = await post(agent, this.#url, key);
      if (answer.status === 202) {
        this.#ledger.acknowledged(key, JSON.parse(answer.text));
        this.answered += 1;
      } else if (answer.status === 503) {
        this.overloaded += 1;
        this.unanswered.push(key);
        await sleep(20);
      } else {
        this.#ledger.violations.push(`${key} was answered with ${answer.status}: ${answer.text.slice(0, 200)}`);
        this.#stopped = true;
      }
    } catch (error) {
      this.unanswered.push(key);
      if (!this.#stopped) await sleep(1); // the server is being killed: the round is about to stop the clients
    } finally {
      this.in_flight.delete(key);
    }
  }

  /// No client posts again; called at the instant of the kill.
  stop() { this.#stopped = true; }
  /// All have ended; throws what went wrong in one of them.
  ended() { return Promise.all(this.#tasks); }
}

/// Posts `keys` again over a few connections; every one must be acknowledged within the time.
export async function post_again(url, ledger, keys) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const queue = [...keys];
  const worker = async () => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      for (let attempt = 0; ; ++attempt) {
        ledger.posted(key);
        const answer = await post(agent, url, key);
        if (answer.status === 202) {
          ledger.acknowledged(key, JSON.parse(answer.text));
          break;
        }
        if (answer.status !== 503 || attempt === 100) {
          ledger.violations.push(`${key}, posted again, was answered with ${answer.status}: ${answer.text.slice(0, 200)}`);
          break;
        }
        await sleep(50);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  agent.destroy();
}
