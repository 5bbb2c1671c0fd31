import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { start_telegram } from "../../support/telegram_server.mjs";
import { as_admin, call, eventually, fresh, make_agent, new_page, server } from "../support/world.mjs";

let bot;
const put = (key, value) => as_admin("POST", "/api/credentials", { key, value });
const status = () => as_admin("GET", "/api/telegram");
const on = () => eventually("the bot is on", async () => (await status()).state === "on");
const said = (chat, pattern) => eventually(`the bot says ${pattern} in ${chat}`, () => bot.texts(chat).find((t) => pattern.test(t)));
const history = (chat) => as_admin("GET", `/api/telegram/chats/${chat}/history`);
/// What is meant for the model: a message that begins with a slash is a command of ours.
const tell = (chat, text) => bot.say(chat, `please\n${text}`);
let next_chat = 100;
/// A chat of the admin's.
async function own_chat(more = {}) {
  const chat = next_chat++;
  await as_admin("POST", "/api/telegram/whitelist", { chat_id: String(chat), label: "own", ...more });
  return chat;
}

suite("Telegram", () => {
  before(async () => {
    bot = await start_telegram();
    await put("system:max_autonomous_runs_per_hour", 0);
    await put("system:telegram_base_url", bot.url);
  });
  after(async () => {
    await as_admin("DELETE", "/api/credentials/system:telegram_bot_token");
    await bot.close();
  });

  test("a token is tried when it is saved; the page then shows the bot", async () => {
    await assert.rejects(put("system:telegram_bot_token", "no token"), /BotFather/);
    await assert.rejects(put("system:telegram_bot_token", "1:wrong"), /Telegram refuses it: Unauthorized/);
    const page = await new_page();
    await page.goto("/telegram");
    await page.getByText("There is no bot yet").waitFor();
    await put("system:telegram_bot_token", bot.token);
    await page.getByText("@test_bot").waitFor();
    await on();
    assert.ok(bot.commands.some((c) => c.command === "run"));
    assert.ok(!JSON.stringify(await status()).includes("test-token"));
  });

  test("strangers get silence, and are allowed from the list", async () => {
    bot.say(66, "hello?");
    const page = await new_page();
    await page.goto("/telegram");
    const row = page.getByRole("row", { name: /Person 66/ });
    await row.waitFor();
    bot.say(66, "/help");
    await new Promise((r) => setTimeout(r, 700));
    assert.deepEqual(bot.texts(66), []);
    await row.getByRole("button", { name: /Allow/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Allow the chat" }).click();
    await eventually("it is allowed", async () => (await as_admin("GET", "/api/telegram/whitelist")).some((w) => w.chat_id === "66"));
    tell(66, "/say now you may");
    await said(66, /now you may/);
  });

  test("a chat is a conversation, with Markdown as Telegram shows it and long answers in several messages", async () => {
    const chat = await own_chat();
    bot.say(chat, "/help");
    await said(chat, /\/run NAME/);
    bot.say(chat, "**just text** & <b>");
    await eventually("an answer", () => bot.texts(chat).length >= 2);
    const words = Array.from({ length: 420 }, (_, i) => `wordwordword${i}`).join(" ");
    tell(chat, `/say # Head\n`);
    await eventually("the head", () => bot.sent.some((m) => m.chat_id === chat && m.text === "<b>Head</b>"));
    tell(chat, `/say ${words}`);
    const parts = () => bot.texts(chat).filter((t) => t.includes("word") && !t.endsWith("…")); // without the progress
    await eventually("both parts", () => parts().length === 2);
    assert.equal(parts().join(" "), words);
    const row = (await as_admin("GET", "/api/telegram/chats")).find((c) => c.chat_id === String(chat));
    const conversation = await as_admin("GET", `/api/conversations/${row.conversation_id}`);
    assert.ok(conversation.messages.length >= 6, "the same history as on the page");
    assert.ok(bot.actions.some((a) => a.chat_id === chat && a.action === "typing"), "somebody types meanwhile");
  });

  test("what is said while a turn goes on waits for its end, in order", async () => {
    const chat = await own_chat();
    tell(chat, "/slow 14 one two three");
    await eventually("it goes on", async () => (await as_admin("GET", "/api/queue")).running > 0);
    tell(chat, "/say second");
    tell(chat, "/say third");
    await eventually("they wait", async () => (await history(chat)).filter((h) => h.outcome === "waiting" && !h.from_us).length === 2);
    await said(chat, /third/);
    const progress = bot.sent.filter((m) => m.chat_id === chat && m.plain.endsWith("…"));
    assert.equal(progress.length, 1, "one message shows how far it is");
    await eventually("it is taken away", () => bot.deleted.some((d) => d.message_id === progress[0].message_id));
    assert.deepEqual(bot.texts(chat).filter((t) => !t.endsWith("…")).map((t) => t.split(" ").at(-1)), ["three", "second", "third"]);
  });

  test("trigger words start their agent with the message as data; the most specific one wins", async () => {
    const chat = await own_chat();
    const one = await make_agent("/input");
    const two = await make_agent("/say two words");
    await as_admin("POST", "/api/telegram/triggers", { trigger_word: "Rechnung", agent_id: one.id });
    await as_admin("POST", "/api/telegram/triggers", { trigger_word: "offen rechnung", agent_id: two.id });
    bot.say(chat, "Die RECHNUNG ist da. /say owned");
    await said(chat, /Telegram: Person \d+\n\nDie RECHNUNG ist da\. \/say owned/);
    bot.say(chat, "rechnung noch offen?");
    await said(chat, /two words/);
    await assert.rejects(as_admin("POST", "/api/telegram/triggers", { trigger_word: " ,", agent_id: one.id }), /must hold a word/);
  });

  test("commands list agents, run them, stop and pause", async () => {
    const chat = await own_chat();
    const agent = await make_agent("/say agent ran\n/input");
    bot.say(chat, "/agents");
    await said(chat, new RegExp(agent.name));
    bot.say(chat, `/run ${agent.name.toUpperCase()} /say with this`);
    await said(chat, /agent ran[\s\S]*with this/);
    bot.say(chat, "/run nobody here");
    await said(chat, /no such agent/);
    tell(chat, "/slow 60 a b c d e f g h i j k l m n o p");
    await eventually("it goes on", async () => (await history(chat)).some((h) => h.run_id && h.outcome === "queued" && h.text.includes("/slow")));
    bot.say(chat, "/status");
    await said(chat, /One run of this chat goes on/);
    bot.say(chat, "/stop");
    await said(chat, /^Stopped\.$/);
    bot.say(chat, "/pause");
    await said(chat, /Paused/);
    assert.equal((await as_admin("GET", "/api/status")).paused, true);
    bot.say(chat, "/resume@test_bot");
    await said(chat, /goes on/);
    bot.say(chat, "/resume@other_bot");
    bot.say(chat, "/nonsense");
    await said(chat, /do not know \/nonsense/);
    assert.ok((await history(chat)).some((h) => h.outcome === "ignored: a command for another bot"));
  });

  test("a question comes with buttons, which answer it once, and only where it was asked", async () => {
    const chat = await own_chat();
    const other = await own_chat({ for_all: true });
    tell(chat, '/tool web {"action":"fetch_page","url":"http://192.0.2.1/x"}\n/say after the question');
    const asked = await eventually("the question", () => bot.sent.find((m) => m.chat_id === chat && m.reply_markup));
    const [[allow, deny]] = asked.reply_markup.inline_keyboard;
    assert.match(allow.text, /Allow/);
    bot.press(other, asked.message_id, deny.callback_data);
    await eventually("it is refused there", () => bot.answered.some((a) => /cannot be answered here/.test(a.text)));
    bot.press(chat, asked.message_id, deny.callback_data);
    await eventually("it is marked", () => bot.edited.some((m) => m.message_id === asked.message_id && /Denied/.test(m.plain)));
    await said(chat, /after the question/);
    bot.press(chat, asked.message_id, allow.callback_data);
    await eventually("it is over", () => bot.answered.length >= 3);
    assert.match(bot.answered.at(-1).text, /answered|already|over|expired|not/i);
  });

  test("photos reach the model, what it cannot take is complained of", async () => {
    const chat = await own_chat();
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
    bot.files.set("pic", png);
    bot.say(chat, undefined, { caption: "look\n/say I see it", photo: [{ file_id: "pic", file_size: png.length }] });
    await said(chat, /I see it/);
    const row = (await as_admin("GET", "/api/telegram/chats")).find((c) => c.chat_id === String(chat));
    const conversation = await as_admin("GET", `/api/conversations/${row.conversation_id}`);
    assert.equal(conversation.messages[0].attachments[0].media_type, "image/jpeg");
    bot.say(chat, undefined, { voice: { file_id: "v", mime_type: "audio/ogg", file_size: 5 } });
    await said(chat, /neither a picture nor a PDF/);
    bot.say(chat, undefined, { document: { file_id: "d", file_name: "big.pdf", mime_type: "application/pdf", file_size: 15 * 1024 * 1024 } });
    await said(chat, /big\.pdf is larger than 10 MiB/);
  });

  test("floods, gateways, cut connections, duplicates and other pollers are survived, and each message is answered once", async () => {
    const chat = await own_chat();
    let n = 0;
    const fault = (method) => {
      if (method === "getUpdates") return [undefined, "cut", "html", undefined][n++ % 4];
      if (method === "sendMessage" && n % 5 === 1) { n++; return bot.refusal(429, "Too Many Requests: retry after 1", { retry_after: 1 }); }
      return undefined;
    };
    bot.faults.push(fault);
    for (let i = 0; i < 5; ++i) tell(chat, `/say answer ${i}`);
    bot.repeat();
    bot.set_order((all) => all.reverse());
    await eventually("all are answered", () => bot.texts(chat).filter((t) => /answer \d/.test(t)).length >= 5);
    bot.faults.length = 0;
    await new Promise((r) => setTimeout(r, 1500));
    assert.deepEqual(bot.texts(chat).filter((t) => /answer \d/.test(t)), [0, 1, 2, 3, 4].map((i) => `answer ${i}`));
    bot.faults.push((method) => (method === "getUpdates" ? bot.refusal(409, "Conflict: terminated by other getUpdates request") : undefined));
    bot.say(chat, "/help");
    await eventually("it is seen", async () => (await status()).state === "second_poller");
    assert.match((await status()).detail, /Another program takes this bot's updates/);
    const page = await new_page();
    await page.goto("/telegram");
    await page.getByText("Another program takes this bot’s updates", { exact: false }).or(page.getByText("Another program takes this bot's updates", { exact: false })).first().waitFor();
    bot.faults.length = 0;
    await on();
  });

  test("formatting that Telegram refuses goes out as plain text", async () => {
    const chat = await own_chat();
    bot.faults.push((method, a) => (method === "sendMessage" && a.parse_mode ? bot.refusal(400, "Bad Request: can't parse entities: unsupported") : undefined));
    tell(chat, "/say **bold** words");
    await said(chat, /^bold words$/);
    bot.faults.length = 0;
  });

  test("the telegram tool writes to allowed chats only", async () => {
    const chat = await own_chat();
    const run = async (args) => {
      const agent = await make_agent(`/tool telegram ${JSON.stringify(args)}\n/say done`, { allowed_tools: ["telegram"] });
      const hook = await as_admin("POST", "/api/webhooks", { name: fresh("tg"), agent_id: agent.id });
      return (await (await fetch(`${hook.url}?wait=20`, { method: "POST" })).json()).run_id;
    };
    await run({ action: "send_message", chat_id: String(chat), text: "**from** an agent" });
    await said(chat, /from an agent/);
    const steps = JSON.stringify(await as_admin("GET", `/api/runs/${await run({ action: "send_message", chat_id: "999999", text: "x" })}`));
    assert.match(steps, /not on the Telegram whitelist/);
    assert.deepEqual(bot.texts(999999), []);
  });

  test("by webhook with its secret; a second way in is refused", async () => {
    const chat = await own_chat();
    await put("system:telegram_webhook_url", server.url);
    await eventually("it is on by webhook", async () => { const s = await status(); return s.by_webhook && s.state === "on"; });
    tell(chat, "/say by webhook");
    await said(chat, /by webhook/);
    const body = { update_id: 5, message: { message_id: 1, chat: { id: chat, type: "private" }, text: "/say forged" } };
    assert.equal((await call("POST", "/telegram/update", { body })).status, 401);
    assert.equal((await call("POST", "/telegram/update", { body, headers: { "X-Telegram-Bot-Api-Secret-Token": "x" } })).status, 401);
    await as_admin("DELETE", "/api/credentials/system:telegram_webhook_url");
    await eventually("it asks again", async () => { const s = await status(); return !s.by_webhook && s.state === "on"; });
    tell(chat, "/say by asking");
    await said(chat, /by asking/);
    assert.ok(!bot.texts(chat).some((t) => /forged/.test(t)));
  });
});
