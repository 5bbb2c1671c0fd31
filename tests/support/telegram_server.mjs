// The Bot API of Telegram as far as the program uses it, on loopback: long polling with the real offsets, messages that are
// refused where the real one refuses them, and faults on demand.
import { createServer } from "node:http";

const allowed_tags = new Set(["b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote"]);
const units = (text) => text.length;
const entities = (text) => text.replace(/&(lt|gt|amp|quot);/g, (_, n) => ({ lt: "<", gt: ">", amp: "&", quot: '"' })[n]);

/// The text of HTML without tags; throws what the real one answers.
export function parsed(html) {
  const open = [];
  const text = html.replace(/<(\/?)([^>\s]*)([^>]*)>|[<>]/g, (all, close, name) => {
    if (name === undefined) throw new Error(`can't parse entities: unexpected ${all}`);
    if (!allowed_tags.has(name)) throw new Error(`can't parse entities: Unsupported start tag "${name}"`);
    if (close) { if (open.pop() !== name) throw new Error(`can't parse entities: Unmatched end tag </${name}>`); }
    else if (open.some((t) => t === "pre" || t === "code") && !(name === "code" && open.at(-1) === "pre")) throw new Error("can't parse entities: nothing may be inside of code");
    else open.push(name);
    return "";
  });
  if (open.length > 0) throw new Error(`can't parse entities: Can't find end tag corresponding to start tag "${open.at(-1)}"`);
  return entities(text);
}

const refusal = (code, description, parameters) => ({ status: code, body: { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) } });

/// `port` 0: a free one. Answers an object by which tests write to the bot and see what it did.
export async function start_telegram({ token = "12345:test-token", port = 0 } = {}) {
  let next_update = 1000;
  let next_message = 1;
  let updates = [];
  let poller = null;
  let webhook = null;
  const files = new Map();
  const messages = new Map(); // chat + message id → text
  /// Faults: each is asked for every call with (method, arguments) and answers { status, body } | "cut" | "html" | undefined.
  const faults = [];
  const me = { id: 12345, is_bot: true, first_name: "Test", username: "test_bot" };
  const out = { sent: [], edited: [], deleted: [], actions: [], answered: [], commands: null, calls: [], polls: 0 };

  const ready = (offset) => {
    updates = updates.filter((u) => u.update_id >= offset);
    return updates.slice(0, 100);
  };
  const wake = () => {
    if (poller) poller.wake();
  };
  const send_text = (a, store) => {
    let text = a.text ?? "";
    if (a.parse_mode === "HTML") text = parsed(text);
    if (text.trim() === "") return refusal(400, "Bad Request: message text is empty");
    if (units(text) > 4096) return refusal(400, "Bad Request: message is too long");
    return store(text);
  };
  const methods = {
    getMe: () => me,
    getWebhookInfo: () => ({ url: webhook?.url ?? "" }),
    setMyCommands: (a) => { out.commands = a.commands; return true; },
    setWebhook: (a) => { webhook = a; if (poller) poller.conflict(); return true; },
    deleteWebhook: () => { webhook = null; return true; },
    sendChatAction: (a) => { out.actions.push(a); return true; },
    answerCallbackQuery: (a) => { out.answered.push(a); return true; },
    deleteMessage: (a) => { out.deleted.push(a); return true; },
    sendMessage: (a) => send_text(a, (text) => {
      const message_id = next_message++;
      messages.set(`${a.chat_id} ${message_id}`, text);
      out.sent.push({ ...a, plain: text, message_id, at: Date.now() });
      return { message_id, chat: { id: a.chat_id }, text };
    }),
    editMessageText: (a) => send_text(a, (text) => {
      const key = `${a.chat_id} ${a.message_id}`;
      if (messages.get(key) === text) return refusal(400, "Bad Request: message is not modified");
      messages.set(key, text);
      out.edited.push({ ...a, plain: text });
      return { message_id: a.message_id, text };
    }),
    getFile: (a) => {
      const file = files.get(a.file_id);
      if (!file) return refusal(400, "Bad Request: invalid file_id");
      if (file.length > 20 * 1024 * 1024) return refusal(400, "Bad Request: file is too big");
      return { file_id: a.file_id, file_path: `documents/${a.file_id}` };
    },
    getUpdates: (a) => {
      if (webhook) return refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
      out.polls += 1;
      if (poller) poller.conflict();
      const offset = a.offset ?? 0;
      const now = ready(offset);
      if (now.length > 0 || !a.timeout) return now;
      return new Promise((done) => {
        const mine = {
          wake: () => { finish(ready(offset)); },
          conflict: () => { finish(refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")); },
        };
        const timer = setTimeout(() => finish([]), a.timeout * 1000);
        const finish = (what) => { clearTimeout(timer); if (poller === mine) poller = null; done(what); };
        poller = mine;
      });
    },
  };

  const server = createServer((q, a) => {
    const parts = [];
    q.on("data", (p) => parts.push(p));
    q.on("end", async () => {
      const answer = (status, body) => { a.writeHead(status, { "Content-Type": "application/json" }); a.end(JSON.stringify(body)); };
      const path = decodeURIComponent(new URL(q.url, "http://x").pathname);
      const file = path.startsWith(`/file/bot${token}/documents/`) && files.get(path.split("/").at(-1));
      if (file) { a.writeHead(200, { "Content-Type": "application/octet-stream" }); return void a.end(file); }
      const [, given, method] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
      if (given !== token) return answer(401, { ok: false, error_code: 401, description: "Unauthorized" });
      let args = {};
      try { args = JSON.parse(Buffer.concat(parts).toString() || "{}"); } catch { /* none */ }
      out.calls.push({ method, args });
      for (const fault of faults) {
        const said = fault(method, args);
        if (said === "cut") return void q.socket.destroy();
        if (said === "html") { a.writeHead(502, { "Content-Type": "text/html" }); return void a.end("<html><body><h1>502 Bad Gateway</h1></body></html>"); }
        if (said) return answer(said.status, said.body);
      }
      if (!methods[method]) return answer(404, { ok: false, error_code: 404, description: "Not Found: method not found" });
      let result;
      try { result = await methods[method](args); } catch (e) { result = refusal(400, `Bad Request: ${e.message}`); }
      if (result?.body?.ok === false) return answer(result.status, result.body);
      answer(200, { ok: true, result });
    });
  });
  await new Promise((r) => server.listen(port, "127.0.0.1", r));

  const chat_of = (chat) => (typeof chat === "object" ? chat : { id: chat, type: chat < 0 ? "supergroup" : "private", ...(chat < 0 ? { title: `Group ${chat}` } : { first_name: `Person ${chat}` }) });
  const push = (update) => {
    const whole = { update_id: next_update++, ...update };
    updates.push(whole);
    if (webhook) void deliver(whole);
    else wake();
    return whole.update_id;
  };
  /// As Telegram: again until it is answered 200.
  const deliver = async (update) => {
    for (let i = 0; i < 20; ++i) {
      try {
        const a = await fetch(webhook.url, { method: "POST", headers: { "Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": webhook.secret_token }, body: JSON.stringify(update) });
        if (a.ok) { updates = updates.filter((u) => u !== update); return; }
      } catch { /* again */ }
      await new Promise((r) => setTimeout(r, 200));
    }
  };
  return Object.assign(out, {
    token, url: `http://127.0.0.1:${server.address().port}`, faults, files, push,
    pending: () => updates.length,
    /// Somebody writes.
    say: (chat, text, more = {}) => push({ message: { message_id: next_message++, date: 1, chat: chat_of(chat), from: { id: 7, is_bot: false, first_name: "Anna" }, text, ...more } }),
    press: (chat, message_id, data) => push({ callback_query: { id: `q${next_update}`, data, from: { id: 7, first_name: "Anna" }, message: { message_id, chat: chat_of(chat) } } }),
    repeat: () => { if (updates.length > 0) updates = [...updates, ...updates]; },
    set_order: (f) => { updates = f(updates); },
    texts: (chat) => out.sent.filter((m) => m.chat_id === chat).map((m) => m.plain),
    refusal,
    close: () => new Promise((r) => { if (poller) poller.wake(); server.closeAllConnections(); server.close(r); }),
  });
}
