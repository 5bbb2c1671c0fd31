// Opens the world before the first suite of a test file, tidies up after each test, closes it at the end.
// The end is when every suite known by then is over: a file, suite or support module that awaits at its top level would lose
// what it registers later to a closed world (and once did). Hence plain imports everywhere, and a sentence that says so.
import { after, afterEach, before, beforeEach } from "node:test";
import { close_pages, close_world, open_world, server } from "./world.mjs";

let closed = false;

before(open_world, { timeout: 300_000 });
beforeEach(() => {
  if (closed) throw new Error("the server and the browser are gone already: some module awaits at its top level");
});
afterEach(close_pages);
after(async () => {
  closed = true;
  if (process.env.OAI_WEB_E2E_LOG) console.log(server.log);
  await close_world();
});
