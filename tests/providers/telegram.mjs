// Telegram by others' hands: the program against a mock of the Bot API from npm, and our own server of it (tests/support) against a bot
// library from npm, so that what it says is what bots expect.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { eventually } from "../support/program.mjs";
import { start_telegram } from "../support/telegram_server.mjs";

const of_peers = createRequire(new URL("../peers/package.json", import.meta.url));
const { Bot, InlineKeyboard } = of_peers("grammy");
const TelegramServer = of_peers("telegram-test-api");

async function free_port() {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const { port } = server.address();
  await new Promise((r) => server.close(r));
  return port;
}

/// A bot of grammy's is answered by our server as by Telegram.
async function our_server_takes_grammy() {
  const server = await start_telegram();
  const bot = new Bot(server.token, { client: { apiRoot: server.url } });
  let pressed = null;
  bot.command("start", (ctx) => ctx.reply("<b>welcome</b>", { parse_mode: "HTML", reply_markup: new InlineKeyboard().text("Yes", "yes") }));
  bot.on("message:text", async (ctx) => {
    const sent = await ctx.reply("thinking");
    await ctx.api.editMessageText(ctx.chat.id, sent.message_id, `said ${ctx.message.text}`);
  });
  bot.callbackQuery("yes", async (ctx) => { pressed = ctx.callbackQuery.data; await ctx.answerCallbackQuery("thanks"); });
  const running = bot.start({ drop_pending_updates: false, onStart: (me) => assert.equal(me.username, "test_bot") });
  server.say(5, "/start", { entities: [{ type: "bot_command", offset: 0, length: 6 }] });
  server.say(5, "hello");
  await eventually("grammy has edited its message", async () => server.edited.some((m) => m.plain === "said hello"));
  const asked = server.sent.find((m) => m.reply_markup);
  server.press(5, asked.message_id, asked.reply_markup.inline_keyboard[0][0].callback_data);
  await eventually("grammy has taken the button", async () => pressed === "yes" && server.answered.length === 1);
  await assert.rejects(bot.api.sendMessage(5, "<b>open", { parse_mode: "HTML" }), /can't parse entities/);
  await assert.rejects(bot.api.sendMessage(5, "x".repeat(4097)), /message is too long/);
  await bot.stop();
  await running;
  await server.close();
}

/// The program talks with a server of the Bot API that others have written.
async function the_program_takes_the_npm_mock(program) {
  const Server = TelegramServer.TelegramServer ?? TelegramServer.default ?? TelegramServer;
  const port = await free_port();
  const server = new Server({ port, host: "127.0.0.1" });
  await server.start();
  const token = "4711:a-token-for-tests";
  try {
    const put = (key, value) => program.admin("POST", "/api/credentials", { key, value });
    await put("system:telegram_base_url", server.config.apiURL);
    await put("system:telegram_bot_token", token);
    await eventually("the bot is on", async () => (await program.admin("GET", "/api/telegram")).state === "on");
    const client = server.getClient(token, { userId: 77, chatId: 77, firstName: "Anna", timeout: 20_000 });
    await program.admin("POST", "/api/telegram/whitelist", { chat_id: "77" });
    await client.sendMessage(client.makeMessage("please\n/say **hello** to the mock"));
    const { result } = await client.getUpdates();
    assert.match(JSON.stringify(result), /<b>hello<\/b> to the mock/);
    await client.sendCommand(client.makeCommand("/help"));
    assert.match(JSON.stringify((await client.getUpdates()).result), /\/run NAME/);
  } finally {
    await program.admin("DELETE", "/api/credentials/system:telegram_bot_token").catch(() => {});
    await server.stop();
  }
}

export async function telegram(program) {
  await our_server_takes_grammy();
  await the_program_takes_the_npm_mock(program);
  console.log("Telegram: grammy against our server, the program against telegram-test-api: both hold");
}
