import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, close_pages, eventually, looks, make_agent, new_page } from "../support/world.mjs";
import { new_chat, over, say } from "../support/chat.mjs";
import { look_at, seen } from "../support/look_at.mjs";

/// One thing of each kind, so that no page is looked at empty.
async function furnish() {
  const agent = await make_agent("/tool time {}\n/say **Done**, with a [link](https://example.org/).", { allowed_tools: ["time"], description: "Looks at the clock" });
  const { run_id } = await as_admin("POST", `/api/agents/${agent.id}/run`, { message: "/say hello" });
  const failing = await make_agent("/error 400");
  await as_admin("POST", `/api/agents/${failing.id}/run`, {});
  const hook = await as_admin("POST", "/api/webhooks", { name: "looks", agent_id: agent.id });
  await as_admin("POST", "/api/api-keys", { name: "looks", scopes: ["read"] });
  await as_admin("POST", "/api/web-whitelist", { domain: "example.org", note: "for the pictures" });
  const page = await new_chat();
  await say(page, ["/say # A head", "/say Some *text* and `code`.", "/say ", "/say ```js", "/say const a = 1;", "/say ```", "/tool time {}"].join("\n"));
  await over(page);
  const chat = new URL(page.url()).pathname;
  await eventually("the run is over", async () => (await as_admin("GET", `/api/runs/${run_id}`)).ended_at);
  await close_pages();
  return { agent, run_id, hook, chat };
}

const pages = ({ agent, run_id, hook, chat }) => [
  ["login", "/login", null],
  ["new chat", "/"],
  ["chat", chat],
  ["history", "/chats"],
  ["agents", "/agents"],
  ["agent", `/agents/${agent.id}`],
  ["agent, definition", `/agents/${agent.id}?tab=definition`],
  ["new agent", "/agents/new"],
  ["runs", "/runs"],
  ["run", `/runs/${run_id}`],
  ["run, step", `/runs/${run_id}?step=2`],
  ["triggers", "/triggers"],
  ["webhook", `/triggers?id=${hook.id}`],
  ["settings, profile", "/settings"],
  ["settings, look", "/settings/look"],
  ["settings, API keys", "/settings/api-keys"],
  ["settings, engine", "/settings/engine"],
  ["settings, security", "/settings/security"],
  ["settings, secrets", "/settings/secrets"],
  ["settings, whitelists", "/settings/whitelists"],
  ["users", "/users"],
  ["actors", "/actors"],
  ["actor", "/actors?path=%2Fstorage%2Fjournal"],
  ["palette", "/runs", undefined, async (page) => { await page.keyboard.press("Control+k"); await page.getByRole("dialog", { name: "Go to or do" }).waitFor(); }],
  ["keys", "/runs", undefined, async (page) => { await page.keyboard.press("?"); await page.getByRole("dialog", { name: "Keys" }).waitFor(); }],
  ["run dialog", `/agents/${agent.id}`, undefined, async (page) => { await page.getByRole("button", { name: /^Run/ }).first().click(); await page.getByRole("dialog").waitFor(); }],
  ["delete dialog", `/agents/${agent.id}`, undefined, async (page) => { await page.getByRole("button", { name: "More about this agent" }).click(); await page.getByRole("menuitem", { name: "Delete…" }).click(); }],
  ["model picker", "/", undefined, async (page) => { await page.locator("[data-picker]").click(); await page.getByRole("option").first().waitFor(); }],
  ["confirmation", "/", undefined, async (page) => { await say(page, `/tool filesystem ${JSON.stringify({ action: "write", path: "e2e/looks.txt", content: "one\ntwo" })}`); await page.locator("dialog.sheet").waitFor(); }],
  ["not found", "/chat/nothing"],
];

async function open(page, path, prepare) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForTimeout(160); // ms; what is not there by then says that it is being loaded
  await eventually("nothing is being loaded", async () => (await page.locator('.loading, .main [aria-busy="true"]').count()) === 0);
  if (prepare) await prepare(page);
}

const [light, dark, phone] = looks;

suite("Looks", () => {
  test("axe finds nothing on the first start in three looks, with and without faults", async () => {
    for (const look of looks) {
      const page = await new_page({ user: null, look });
      await page.goto("/setup");
      await page.getByLabel("User name").waitFor();
      assert.deepEqual(await look_at(page, "setup", look.name), []);
      await page.getByRole("button", { name: /Start with the demo model/ }).click();
      await page.getByText("Give a name.").waitFor();
      assert.deepEqual(await look_at(page, "setup, faults", look.name), []);
    }
  });

  test("axe finds nothing and nothing is wider than the screen, on every page in three looks", { timeout: 600_000 }, async () => {
    const all = pages(await furnish());

    // Light and dark are the same page seen twice: the theme follows the system and moves nothing.
    const desktop = async () => {
      const [mine, nobodys] = [await new_page({ look: light }), await new_page({ look: light, user: null })];
      for (const [name, path, user, prepare] of all) {
        const at = user === null ? nobodys : mine;
        await at.emulateMedia({ colorScheme: light.colorScheme });
        await open(at, path, prepare);
        await look_at(at, name, light.name);
        await at.emulateMedia({ colorScheme: dark.colorScheme });
        await look_at(at, name, dark.name, "colours");
      }
    };
    const small = async () => {
      const [mine, nobodys] = [await new_page({ look: phone }), await new_page({ look: phone, user: null })];
      for (const [name, path, user, prepare] of all) {
        const at = user === null ? nobodys : mine;
        await open(at, path, prepare);
        await look_at(at, name, phone.name);
      }
    };
    await Promise.all([desktop(), small()]);

    const line = ([name, found]) => name.padEnd(24) + looks.map((l) => { const n = found[l.name]?.length; return `${l.name}: ${n === 0 ? "ok" : n === undefined ? "not seen" : `${n} faults`}`.padEnd(18); }).join("");
    console.log(`\naxe, ${seen.size} pages × ${looks.length} looks\n${[...seen].map(line).join("\n")}\n`);
    assert.deepEqual([...seen].flatMap(([name, found]) => Object.entries(found).flatMap(([look, wrong]) => wrong.map((w) => `${name}, ${look}: ${w}`))), []);
  });
});
