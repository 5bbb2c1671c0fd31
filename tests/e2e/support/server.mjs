// The program under test: a data directory of its own, a free port, everything as a user starts it.
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = process.env.OAI_WEB_BIN ?? process.env.OAI_WEB_PROGRAM;
const start_limit = 170_000; // ms; the first start makes a database cluster, on a machine that may be busy
const stop_limit = 15_000;   // ms; the program promises 10 s

export class Server {
  url = "";
  #dir = "";
  #child = null;
  #log = [];

  /// Starts it on its data directory; again on the same port after `kill` or `stop`.
  async start() {
    if (!program) throw new Error("OAI_WEB_BIN must name the program oai-web");
    if (!this.#dir) {
      this.#dir = await mkdtemp(join(tmpdir(), "oai-e2e-"));
      await chmod(this.#dir, 0o711); // started as root, PostgreSQL runs as a user who has to get through
    }
    const port = this.url ? new URL(this.url).port : "0";
    const { PATH, LANG, HOME, TMPDIR, OAI_WEB_UI_DIR } = process.env; // the last: a web app that is being worked on
    const child = spawn(program, ["serve", "--data-dir", this.data_dir, "--host", "127.0.0.1", "--port", port], {
      env: { PATH, LANG: LANG ?? "C.UTF-8", HOME, ...(TMPDIR ? { TMPDIR } : {}), ...(OAI_WEB_UI_DIR ? { OAI_WEB_UI_DIR } : {}) }, stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const keep = (line) => { this.#log.push(line); if (this.#log.length > 400) this.#log.shift(); };
    createInterface({ input: child.stderr }).on("line", keep);
    const lines = createInterface({ input: child.stdout });
    this.url = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not serve within ${start_limit / 1000} s\n${this.log}`)), start_limit);
      lines.on("line", (line) => {
        keep(line);
        const match = /^listening on (http:\/\/\S+)$/.exec(line);
        if (match) { clearTimeout(timer); resolve(match[1]); }
      });
      child.once("exit", (code, signal) => { clearTimeout(timer); reject(new Error(`it ended with ${signal ?? `exit code ${code}`}\n${this.log}`)); });
      child.once("error", (error) => { clearTimeout(timer); reject(error); });
    });
  }

  get data_dir() { return join(this.#dir, "data"); }
  get log() { return this.#log.join("\n"); }

  /// Ends it as a service manager does.
  async stop() { await this.#end("SIGTERM"); }
  /// Ends it as a power cut does.
  async kill() { await this.#end("SIGKILL"); }

  async #end(signal) {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), stop_limit);
    await gone;
    clearTimeout(timer);
  }

  async remove() {
    await this.stop();
    if (this.#dir) await rm(this.#dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
  }
}
