import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, close_pages, eventually, looks, make_agent, new_page } from "../support/world.mjs";
import { new_chat, over, say } from "../support/chat.mjs";
import { look_at, seen } from "../support/look_at.mjs";
import { many, models, offer_models, start_model_server } from "../support/model_server.mjs";
import { start_telegram } from "../../support/telegram_server.mjs";

/// A picture worth looking at: 480 × 300, a roof before a sky.
async function picture(page) {
  const text = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 300 });
    const pen = canvas.getContext("2d");
    const paint = (colour, ...points) => { pen.fillStyle = colour; pen.beginPath(); for (const [x, y] of points) pen.lineTo(x, y); pen.fill(); };
    paint("#9cc4cf", [0, 0], [480, 0], [480, 300], [0, 300]);
    paint("#b7553d", [60, 180], [240, 60], [420, 180]);
    paint("#e8e2d4", [100, 180], [380, 180], [380, 300], [100, 300]);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  return { name: "roof of the house, seen from the garden.png", mimeType: "image/png", buffer: Buffer.from(text, "base64") };
}
const pdf = { name: "offer 2291.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n") };

async function pick(page, name) {
  await page.locator("[data-picker]").click();
  await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
}
const attach = async (page, files) => {
  await pick(page, "Seer");
  await page.locator('.composer input[type="file"]').setInputFiles(files);
};

/// Real providers: one that works and one that fails.
async function furnish_models() {
  const server = await start_model_server();
  server.list = [...models, ...many(45)];
  await offer_models(server);
  await as_admin("POST", "/api/model-endpoints", { name: "nas", base_url: `${server.url}/v1` });
  await eventually("the second list", async () => (await as_admin("GET", "/api/models")).some((m) => m.provider === "nas"));
  server.fail = 503;
  await as_admin("POST", "/api/models/refresh");
  await eventually("a list that failed", async () => (await as_admin("GET", "/api/models/providers")).every((p) => p.list_error !== ""));
  server.fail = 0;
  await as_admin("PATCH", "/api/me", { personality_soul: "You are brief, and you never guess.", provider_keys: { anthropic: null } });
  const page = await new_chat();
  await attach(page, [await picture(page), pdf]);
  await say(page, "Which of the two is older?");
  await over(page);
  return { server, files: new URL(page.url()).pathname };
}

/// What comes and goes outside: a bot with a chat and a stranger, and a target that cannot be reached.
async function furnish_outside(agent) {
  const bot = await start_telegram();
  await as_admin("POST", "/api/telegram/whitelist", { chat_id: "41", label: "Anna" });
  await as_admin("POST", "/api/telegram/triggers", { trigger_word: "open invoice", agent_id: agent.id });
  await as_admin("POST", "/api/credentials", { key: "system:telegram_base_url", value: bot.url });
  await as_admin("POST", "/api/credentials", { key: "system:telegram_bot_token", value: bot.token });
  bot.say(41, "please\n/say **Hello** from the bot");
  bot.say(42, "who is there?");
  await eventually("the bot has answered", () => bot.texts(41).length > 0);
  const target = await as_admin("POST", "/api/webhook-targets", { name: "Bookkeeping", url: "http://127.0.0.2:9/hook", header_name: "X-Key", header_value: "open" });
  await as_admin("POST", `/api/webhook-targets/${target.id}/test`);
  const hook = await as_admin("POST", "/api/webhooks", { name: "ruled", agent_id: agent.id, filter: 'body.action == "opened"', prompt_template: "A pull request: {{body.title}}", rate_per_minute: 30 });
  for (const action of ["opened", "closed"]) await fetch(hook.url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ action, title: "Fix the roof" }) });
  return { target, ruled: hook, bot };
}

/// One thing of each kind, so that no page is looked at empty.
async function furnish() {
  const agent = await make_agent("/tool time {}\n/say **Done**, with a [link](https://example.org/).", { allowed_tools: ["time"], description: "Looks at the clock", schedule: "0 7 * * MON-FRI" });
  const { run_id } = await as_admin("POST", `/api/agents/${agent.id}/run`, { message: "/say hello" });
  const failing = await make_agent("/error 400");
  await as_admin("POST", `/api/agents/${failing.id}/run`, {});
  const hook = await as_admin("POST", "/api/webhooks", { name: "looks", agent_id: agent.id });
  const task = await as_admin("POST", "/api/scheduled-tasks", { name: "looks", prompt: "/say **tidied**", schedule: "0 9 L * *" });
  await as_admin("POST", `/api/scheduled-tasks/${task.id}/run`);
  await as_admin("POST", "/api/api-keys", { name: "looks", scopes: ["read"] });
  await as_admin("POST", "/api/web-whitelist", { domain: "example.org", note: "for the pictures" });
  const page = await new_chat();
  await say(page, ["/say # A head", "/say Some *text* and `code`.", "/say ", "/say ```js", "/say const a = 1;", "/say ```", "/tool time {}"].join("\n"));
  await over(page);
  const chat = new URL(page.url()).pathname;
  await say(page, "/think One could look at the clock.\n/think Or not.\n/refuse I will not say more.");
  await over(page, 2);
  await page.getByRole("button", { name: "Answer again" }).click();
  await page.getByRole("button", { name: "2 versions" }).waitFor();
  await over(page, 2);
  const real = await furnish_models();
  const outside = await furnish_outside(agent);
  await eventually("the run is over", async () => (await as_admin("GET", `/api/runs/${run_id}`)).ended_at);
  const busy = await as_admin("POST", "/api/agents", { name: "Long reader", prompt: "/slow 600 a long word", model: "demo:scripted", max_concurrent_runs: 1 });
  for (let i = 0; i < 4; i += 1) await as_admin("POST", `/api/agents/${busy.id}/run`, {});
  await close_pages();
  return { agent, run_id, hook, task, chat, ...real, ...outside };
}

const pages = ({ agent, run_id, hook, task, chat, files, target, ruled }) => [
  ["login", "/login", null],
  ["new chat", "/"],
  ["chat", chat],
  ["chat, reasoning", chat, undefined, async (page) => { await page.locator(".aside-note summary").last().click(); }],
  ["chat, edit", chat, undefined, async (page) => { await page.getByRole("button", { name: "Edit this message" }).last().click(); }],
  ["chat, versions", chat, undefined, async (page) => { await page.getByRole("button", { name: "2 versions" }).click(); await page.getByRole("dialog").getByText("I will not say more.").first().waitFor(); }],
  ["new chat with an agent", `/?agent=${agent.id}`, undefined, async (page) => { await page.getByRole("heading", { name: /^Talk with/ }).waitFor(); }],
  ["history, found", "/chats", undefined, async (page) => { await page.getByLabel("Search in titles and messages").fill("text code"); await page.locator("mark").first().waitFor(); }],
  ["palette, found", "/runs", undefined, async (page) => { await page.keyboard.press("Control+k"); await page.keyboard.type("clock"); await page.getByRole("option").first().waitFor(); }],
  ["chat with files", files],
  ["file, large", files, undefined, async (page) => { await page.getByRole("button", { name: /^Open roof/ }).click(); await page.getByRole("dialog").waitFor(); }],
  ["composer with files", "/", undefined, async (page) => { await attach(page, [await picture(page), pdf, { ...pdf, name: "a.txt", mimeType: "text/plain" }]); await page.locator(".files--pending").waitFor(); }],
  ["composer, misfit", "/", undefined, async (page) => { await attach(page, [await picture(page), pdf]); await pick(page, "Writer"); await page.getByText("Writer takes no pictures").waitFor(); }],
  ["drop area", "/", undefined, async (page) => { await pick(page, "Seer"); await page.evaluate(() => { const data = new DataTransfer(); data.items.add(new File(["x"], "x.png", { type: "image/png" })); document.body.dispatchEvent(new DragEvent("dragenter", { dataTransfer: data, bubbles: true, cancelable: true })); }); await page.locator(".drop").waitFor(); }],
  ["history", "/chats"],
  ["agents", "/agents"],
  ["agent", `/agents/${agent.id}`],
  ["agent, definition", `/agents/${agent.id}?tab=definition`, undefined, async (page) => { await page.getByLabel("Next times").waitFor(); }],
  ["new agent", "/agents/new"],
  ["runs", "/runs"],
  ["queue", "/queue", undefined, async (page) => { await page.getByText("Another run of this agent goes on").first().waitFor(); }],
  ["run", `/runs/${run_id}`],
  ["run, step", `/runs/${run_id}?step=2`],
  ["triggers", "/triggers"],
  ["webhook", `/triggers?id=${hook.id}`],
  ["webhook with rules", `/triggers?id=${ruled.id}`],
  ["webhook dialog", `/triggers?id=${ruled.id}`, undefined, async (page) => { await page.getByRole("button", { name: "Change" }).click(); await page.getByText(/Of the newest 2 deliveries/).click(); await page.getByText("is ignored").waitFor(); }],
  ["targets", "/targets"],
  ["target", `/targets?id=${target.id}`, undefined, async (page) => { await page.getByText(/Given up/).waitFor(); }],
  ["target dialog", "/targets", undefined, async (page) => { await page.keyboard.press("n"); await page.getByRole("dialog").waitFor(); }],
  ["telegram", "/telegram"],
  ["telegram chat", "/telegram?id=41"],
  ["telegram, allow", "/telegram", undefined, async (page) => { await page.getByRole("button", { name: /^Allow…/ }).first().click(); await page.getByRole("dialog").waitFor(); }],
  ["events", "/events"],
  ["event", "/events?outcome=ignored", undefined, async (page) => { await page.locator("[data-row]").first().click(); await page.getByRole("button", { name: "Replay" }).waitFor(); }],
  ["settings, notifications", "/settings/notifications"],
  ["settings, telegram", "/settings/telegram"],
  ["tasks", "/tasks"],
  ["task", `/tasks?id=${task.id}`],
  ["task dialog", "/tasks", undefined, async (page) => { await page.keyboard.press("n"); await page.getByLabel("Next times").waitFor(); }],
  ["settings, profile", "/settings"],
  ["settings, look", "/settings/look"],
  ["settings, API keys", "/settings/api-keys"],
  ["settings, personality", "/settings/personality", undefined, async (page) => { await page.getByText("What holds while this is empty").first().click(); }],
  ["settings, provider keys", "/settings/provider-keys"],
  ["settings, models", "/settings/models"],
  ["settings, engine", "/settings/engine"],
  ["settings, personality for all", "/settings/personality-for-all"],
  ["settings, web search", "/settings/search"],
  ["settings, network", "/settings/network"],
  ["settings, security", "/settings/security"],
  ["settings, whitelists", "/settings/whitelists"],
  ["models", "/models"],
  ["models, add a server", "/models?add=1", undefined, async (page) => { await page.getByRole("dialog").waitFor(); }],
  ["models, nothing found", "/models?find=nothing"],
  ["audit", "/audit"],
  ["audit, filter", "/audit?range=days&from=2026-01-01&tool=time"],
  ["audit, call", "/audit", undefined, async (page) => { await page.locator("[data-row]").first().click(); await page.getByRole("complementary", { name: /^Call/ }).waitFor(); }],
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

  test("axe finds nothing and nothing is wider than the screen, on every page in three looks", { timeout: 800_000 }, async () => {
    const furnished = await furnish();
    const all = pages(furnished);

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
    try { await Promise.all([desktop(), small()]); } finally { await furnished.server.close(); await furnished.bot.close(); }

    const line = ([name, found]) => name.padEnd(24) + looks.map((l) => { const n = found[l.name]?.length; return `${l.name}: ${n === 0 ? "ok" : n === undefined ? "not seen" : `${n} faults`}`.padEnd(18); }).join("");
    console.log(`\naxe, ${seen.size} pages × ${looks.length} looks\n${[...seen].map(line).join("\n")}\n`);
    assert.deepEqual([...seen].flatMap(([name, found]) => Object.entries(found).flatMap(([look, wrong]) => wrong.map((w) => `${name}, ${look}: ${w}`))), []);
  });
});
