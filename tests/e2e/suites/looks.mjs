import assert from "node:assert/strict";
import { readFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { suite, test } from "node:test";
import { as_admin, close_pages, complaints, eventually, looks, make_agent, new_page } from "../support/world.mjs";
import { new_chat, over, say } from "../support/chat.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env.OAI_WEB_E2E_PICTURES; // a folder; where it is named, each page in each look is kept as a picture
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

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

async function violations(page) {
  await page.evaluate(`${axe};0`);
  const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), rules);
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

/// One page in one look: what axe and the width say.
async function faults_of(page, name, look) {
  await page.waitForTimeout(150); // what opens has come to rest
  const wrong = await violations(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 1) wrong.push(`${wide} px wider than the screen`);
  if (pictures) await page.screenshot({ path: join(pictures, `${name} ${look}.png`.replace(/[ ,]+/g, "-")) });
  return wrong;
}

async function open(page, path, prepare) {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await eventually("nothing is being loaded", async () => (await page.locator('.loading, .main [aria-busy="true"]').count()) === 0);
  if (prepare) await prepare(page);
}

const [light, dark, phone] = looks;

suite("Looks", () => {
  test("axe finds nothing and nothing is wider than the screen, on every page in three looks", { timeout: 600_000 }, async () => {
    if (pictures) await mkdir(pictures, { recursive: true });
    const all = pages(await furnish());
    const found = new Map();
    const note = (name, look, wrong) => found.set(`${name}\n${look.name}`, wrong);

    // Light and dark are the same page seen twice: the theme follows the system and moves nothing.
    const desktop = async (part) => {
      const page = { [true]: await new_page({ look: light }), [false]: await new_page({ look: light, user: null }) };
      for (const [name, path, user, prepare] of part) {
        const at = page[user !== null];
        await at.emulateMedia({ colorScheme: light.colorScheme });
        await open(at, path, prepare);
        note(name, light, await faults_of(at, name, light.name));
        await at.emulateMedia({ colorScheme: dark.colorScheme });
        note(name, dark, await faults_of(at, name, dark.name));
      }
    };
    const small = async () => {
      const page = { [true]: await new_page({ look: phone }), [false]: await new_page({ look: phone, user: null }) };
      for (const [name, path, user, prepare] of all) {
        await open(page[user !== null], path, prepare);
        note(name, phone, await faults_of(page[user !== null], name, phone.name));
      }
    };
    await Promise.all([desktop(all), small()]);

    const line = ([name]) => name.padEnd(24) + looks.map((l) => { const n = found.get(`${name}\n${l.name}`).length; return `${l.name}: ${n === 0 ? "ok" : `${n} faults`}`.padEnd(18); }).join("");
    console.log(`\naxe, ${all.length} pages × ${looks.length} looks\n${all.map(line).join("\n")}\n`);
    assert.deepEqual([...found].flatMap(([key, wrong]) => wrong.map((w) => `${key.replace("\n", ", ")}: ${w}`)), []);
  });

  test("no page broke the content security policy or threw an error", () => {
    assert.deepEqual(complaints, []);
  });
});
