import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { as_admin, call, cookie_for, eventually, new_page } from "../support/world.mjs";
import { chat_id, last_text, new_chat, over, say } from "../support/chat.mjs";
import { offer_models, start_model_server, withdraw_models } from "../support/model_server.mjs";

/// A picture of one colour, as a browser makes it.
const png = (page, width = 64, height = 40, colour = "#0a6d82") => page.evaluate(async ([w, h, c]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.fillStyle = c;
  pen.fillRect(0, 0, w, h);
  return canvas.toDataURL("image/png").split(",")[1];
}, [width, height, colour]).then((text) => Buffer.from(text, "base64"));
const pdf = Buffer.from("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n");
const files_of = (page) => page.getByRole("list", { name: "Files to send" }).getByRole("listitem");
const choose = (page, files) => page.locator('.composer input[type="file"]').setInputFiles(files);

async function pick(page, name) {
  await page.locator("[data-picker]").click();
  await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
}

/// Sends an event with files, as dragging and pasting do.
const transfer = (page, type, files, selector = ".thread") => page.evaluate(([t, all, at]) => {
  const data = new DataTransfer();
  for (const { name, mime, base64, zeros } of all) data.items.add(new File([base64 ? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) : new Uint8Array(zeros)], name, { type: mime }));
  const event = t === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(t, { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(at).dispatchEvent(event);
}, [type, files, selector]);

suite("Attachments", () => {
  let server;
  before(async () => {
    server = await start_model_server();
    await offer_models(server);
  });
  after(async () => {
    await withdraw_models();
    await server.close();
  });

  test("are offered only where the model takes them, and the page says why not", async () => {
    const page = await new_chat();
    const button = page.getByRole("button", { name: "Attach files" });
    await eventually("it is off for the demo model", async () => (await button.getAttribute("aria-disabled")) === "true");
    await button.click({ force: true });
    await page.getByRole("alert").getByText("Demo model reads text only.").waitFor();
    await page.getByRole("button", { name: "Choose a model" }).click();
    await page.getByRole("option", { name: /^Painter/ }).click();
    await eventually("it is on for a model with vision", async () => (await button.getAttribute("aria-disabled")) === null);
    assert.equal(await page.locator('.composer input[type="file"]').getAttribute("accept"), "image/png,image/jpeg,image/gif,image/webp");
    await choose(page, [{ name: "paper.pdf", mimeType: "application/pdf", buffer: pdf }]);
    await page.getByText("paper.pdf: Painter takes no PDF documents.").waitFor();
    assert.equal(await files_of(page).count(), 0);
  });

  test("a picture and a PDF reach the model, stand in the message, open and can be saved", async () => {
    const page = await new_chat();
    await pick(page, "Seer");
    const picture = await png(page);
    await choose(page, [{ name: "roof.png", mimeType: "image/png", buffer: picture }, { name: "offer 2291.pdf", mimeType: "application/pdf", buffer: pdf }]);
    assert.equal(await files_of(page).count(), 2);
    await files_of(page).first().locator("img").waitFor();
    await say(page, "What is this?");
    await over(page);
    assert.equal(await last_text(page), `Picture: image/png ${picture.length} bytes\nFile: offer 2291.pdf application/pdf ${pdf.length} bytes\nWords: What is this?`);
    assert.equal(await files_of(page).count(), 0);

    for (const again of [false, true]) {
      if (again) await page.reload();
      await over(page);
      const mine = page.locator(".turn--you").first();
      await eventually("the picture is loaded", () => mine.locator(".shot img").evaluate((i) => i.naturalWidth === 64));
      assert.equal(await mine.locator(".prose").innerText(), "What is this?");
    }
    await page.getByRole("button", { name: "Open roof.png" }).click();
    const dialog = page.getByRole("dialog", { name: "roof.png" });
    await eventually("it is shown large", () => dialog.locator("img").evaluate((i) => i.naturalWidth === 64));
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /offer 2291\.pdf/ }).click()]);
    assert.equal(saved.suggestedFilename(), "offer 2291.pdf");
    assert.ok(page.url().includes("/chat/"), "the app stays open");
    const stored = await as_admin("GET", `/api/conversations/${await chat_id(page)}`);
    assert.deepEqual(stored.messages[0].attachments.map((a) => a.media_type), ["image/png", "application/pdf"]);
  });

  test("a picture alone can be sent, and a second message brings more", async () => {
    const page = await new_chat();
    await pick(page, "Seer");
    await choose(page, [{ name: "alone.png", mimeType: "image/png", buffer: await png(page) }]);
    await page.getByRole("button", { name: "Send" }).click();
    await over(page);
    assert.match(await last_text(page), /^Picture: image\/png \d+ bytes$/);
    await page.getByRole("heading", { level: 1, name: "alone.png" }).waitFor();
    await choose(page, [{ name: "two.png", mimeType: "image/png", buffer: await png(page, 20, 20) }]);
    await say(page, "And this?");
    await over(page, 2);
    assert.match(await last_text(page), /Words: And this\?$/);
    assert.equal(await page.locator(".turn--you").last().locator(".shot").count(), 1);
  });

  test("are pasted and dropped, on an area that shows itself", async () => {
    const page = await new_chat();
    const base64 = (await png(page)).toString("base64");
    const picture = { name: "pasted.png", mime: "image/png", base64 };
    await transfer(page, "dragenter", [picture]);
    await page.getByText("Nothing can be attached.").waitFor();
    await transfer(page, "drop", [picture]);
    await page.locator(".drop").waitFor({ state: "detached" });
    assert.equal(await files_of(page).count(), 0);

    await pick(page, "Seer");
    await transfer(page, "paste", [picture], "#say");
    await files_of(page).getByText("pasted.png").waitFor();
    await transfer(page, "dragenter", [picture]);
    await page.getByText("Let go to attach.").waitFor();
    await transfer(page, "dragleave", [picture]);
    await page.locator(".drop").waitFor({ state: "detached" });
    await transfer(page, "dragenter", [picture]);
    await transfer(page, "drop", [{ ...picture, name: "dropped.png" }]);
    await files_of(page).getByText("dropped.png").waitFor();
    await page.getByRole("button", { name: "Remove pasted.png" }).click();
    assert.deepEqual(await files_of(page).locator(".clip").allInnerTexts(), ["dropped.png"]);
    // A model that cannot take what waits: nothing is sent until one of the two is changed.
    await pick(page, "Writer");
    await page.getByText("Writer takes no pictures").waitFor();
    await page.locator("#say").fill("Words");
    assert.equal(await page.getByRole("button", { name: "Send" }).isDisabled(), true);
    await page.getByRole("button", { name: "Remove dropped.png" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await over(page);
    assert.equal(await last_text(page), "Words: Words");
  });

  test("wrong types, too large and too many are refused in place, with the reason", async () => {
    const page = await new_chat();
    await pick(page, "Seer");
    const picture = await png(page);
    await transfer(page, "paste", [{ name: "notes.txt", mime: "text/plain", base64: "aGVsbG8=" }], "#say");
    await page.getByText("notes.txt is neither a picture").waitFor();
    await transfer(page, "paste", [{ name: "huge.png", mime: "image/png", zeros: 10 * 1024 * 1024 + 1 }], "#say");
    await page.getByText("huge.png is too large: a file may have at most 10 MiB.").waitFor();
    await choose(page, Array.from({ length: 12 }, (_, i) => ({ name: `p${i}.png`, mimeType: "image/png", buffer: picture })));
    await page.getByText("2 files are left out: at most 10 can go with a message.").waitFor();
    assert.equal(await files_of(page).count(), 10);
    for (let i = 0; i < 9; i += 1) await page.getByRole("button", { name: `Remove p${i}.png` }).click();
    // What only calls itself a picture is found out by the server: the file says so, the text stays, and no empty chat is left behind.
    await page.getByRole("button", { name: "Remove p9.png" }).click();
    await choose(page, [{ name: "liar.png", mimeType: "image/png", buffer: Buffer.from("plain text") }]);
    const before_it = (await as_admin("GET", "/api/conversations?limit=500")).length;
    await say(page, "Look at it");
    await files_of(page).getByText(/Not sent: Only pictures/).waitFor();
    assert.equal(await page.locator("#say").inputValue(), "Look at it");
    await eventually("the empty chat is gone", async () => (await as_admin("GET", "/api/conversations?limit=500")).length === before_it);
    await page.getByRole("button", { name: "Remove liar.png" }).click();
    await choose(page, [{ name: "true.png", mimeType: "image/png", buffer: picture }]);
    await page.getByRole("button", { name: "Send" }).click();
    await over(page);
    assert.match(await last_text(page), /Words: Look at it$/);
  });

  test("the way up shows how far it is and can be cancelled", async () => {
    const page = await new_chat();
    await pick(page, "Seer");
    await say(page, "First");
    await over(page);
    let let_go;
    const held = new Promise((go) => { let_go = go; });
    await page.route("**/api/conversations/*/attachments*", async (route) => { await held; await route.continue().catch(() => {}); });
    await choose(page, [{ name: "slow.png", mimeType: "image/png", buffer: await png(page) }]);
    await say(page, "With a picture");
    await page.getByRole("progressbar", { name: "slow.png, sent" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("progressbar").waitFor({ state: "detached" });
    assert.equal(await page.locator("#say").inputValue(), "With a picture");
    assert.equal(await files_of(page).count(), 1);
    let_go();
    await page.unroute("**/api/conversations/*/attachments*");
    await page.getByRole("button", { name: "Send" }).click();
    await over(page, 2);
    assert.match(await last_text(page), /Words: With a picture$/);
  });

  test("nobody else can read a file", async () => {
    const page = await new_chat();
    await pick(page, "Seer");
    await choose(page, [{ name: "mine.png", mimeType: "image/png", buffer: await png(page) }]);
    await say(page, "Mine");
    await over(page);
    const { messages } = await as_admin("GET", `/api/conversations/${await chat_id(page)}`);
    const path = `/api/attachments/${messages[0].attachments[0].id}`;
    const stranger = { username: "stranger", password: "a password of stranger" };
    await as_admin("POST", "/api/users", { ...stranger, role: "admin" });
    assert.equal((await call("GET", path)).status, 401);
    assert.equal((await call("GET", path, { cookie: await cookie_for(stranger) })).status, 404);
    assert.equal((await call("GET", path, { cookie: await cookie_for() })).status, 200);
  });
});
