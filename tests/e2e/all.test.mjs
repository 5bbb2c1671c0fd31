// All suites against one server and one browser, in the order in which a newcomer meets them.
import { after, afterEach, before } from "node:test";
import { close_pages, close_world, open_world, server } from "./support/world.mjs";

before(open_world, { timeout: 180_000 });
afterEach(close_pages);
after(async () => {
  if (process.env.OAI_WEB_E2E_LOG) console.log(server.log);
  await close_world();
});

await import("./suites/first_start.mjs");
await import("./suites/sign_in.mjs");
await import("./suites/chat.mjs");
await import("./suites/confirmation.mjs");
await import("./suites/agents.mjs");
await import("./suites/webhooks.mjs");
await import("./suites/settings.mjs");
await import("./suites/users.mjs");
await import("./suites/engine.mjs");
await import("./suites/streams.mjs");
await import("./suites/keyboard.mjs");
await import("./suites/looks.mjs");
await import("./suites/outage.mjs");
