// Opens the world before the first suite of a test file, tidies up after each test, closes it at the end.
import { after, afterEach, before } from "node:test";
import { close_pages, close_world, open_world, server } from "./world.mjs";

before(open_world, { timeout: 180_000 });
afterEach(close_pages);
after(async () => {
  if (process.env.OAI_WEB_E2E_LOG) console.log(server.log);
  await close_world();
});
