import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually } from "../support/world.mjs";
import { last_text, last_turn, new_chat, over, say } from "../support/chat.mjs";

const write = (path, content) => `/tool filesystem ${JSON.stringify({ action: "write", path, content })}\n/say After`;
const read = (path) => `/tool filesystem ${JSON.stringify({ action: "read", path })}`;
const sheet = (page) => page.locator("dialog.sheet");

suite("Confirmation", () => {
  test("asks before a file is written; Enter alone approves nothing", async () => {
    const page = await new_chat();
    await say(page, write("e2e/one.txt", "first line\nsecond line"));
    await sheet(page).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H2");
    await sheet(page).getByRole("group", { name: "content" }).getByText("second line").waitFor();
    await sheet(page).getByText(/counts as no/).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await new Promise((r) => setTimeout(r, 500));
    assert.equal(await sheet(page).count(), 1);
    await page.keyboard.press("Control+Enter");
    await sheet(page).waitFor({ state: "detached" });
    await over(page);
    assert.match(await last_text(page), /After/);
    await say(page, read("e2e/one.txt"));
    await over(page, 2);
    assert.match(await last_text(page), /second line/);
  });

  test("a denied call does not happen, and the model is told", async () => {
    const page = await new_chat();
    await say(page, write("e2e/denied.txt", "no"));
    await sheet(page).waitFor();
    await page.keyboard.press("d");
    await sheet(page).waitFor({ state: "detached" });
    await over(page);
    await last_turn(page).locator(".call").getByText("denied", { exact: true }).first().waitFor();
    assert.match(await last_text(page), /"success":\s*false/);
    await say(page, read("e2e/denied.txt"));
    await over(page, 2);
    assert.match(await last_text(page), /"success":\s*false/);
  });

  test("survives a reload", async () => {
    const page = await new_chat();
    await say(page, write("e2e/reload.txt", "kept"));
    await sheet(page).waitFor();
    await page.reload();
    await sheet(page).waitFor();
    await page.reload();
    await sheet(page).waitFor();
    await page.keyboard.press("Control+Enter");
    await over(page);
    assert.match(await last_text(page), /After/);
  });

  test("can be put aside and taken up again", async () => {
    const page = await new_chat();
    await say(page, write("e2e/aside.txt", "later"));
    await sheet(page).waitFor();
    await page.keyboard.press("Escape");
    await sheet(page).waitFor({ state: "detached" });
    await page.getByRole("group", { name: "Engine" }).getByText("1 waits for an answer").waitFor(); // and holds no place
    assert.deepEqual((({ running, asking }) => ({ running, asking }))(await as_admin("GET", "/api/queue")), { running: 0, asking: 1 });
    await page.getByRole("button", { name: "Show the question" }).click();
    await sheet(page).waitFor();
    await sheet(page).getByRole("button", { name: "Write the file" }).click();
    await over(page);
  });

  test("approved for this chat, the same place is not asked about again", async () => {
    const page = await new_chat();
    await say(page, write("e2e/chat/one.txt", "1"));
    await sheet(page).waitFor();
    await sheet(page).getByRole("button", { name: "Approve for this chat" }).click();
    await over(page);
    await say(page, write("e2e/chat/two.txt", "2"));
    await over(page, 2);
    assert.equal(await sheet(page).count(), 0);
    assert.match(await last_text(page), /After/);
  });

  // The addresses are this machine's own, which the server does not reach: only the question is of interest.
  test("a page is approved alone, with its site, or with any site in this chat", async () => {
    const page = await new_chat();
    const fetch_page = (url) => say(page, `/tool web ${JSON.stringify({ action: "fetch_page", url })}\n/say After`);
    await fetch_page("http://127.0.0.1/one");
    await sheet(page).getByRole("heading", { name: "Read the page http://127.0.0.1/one?" }).waitFor();
    await sheet(page).getByText(/Its text goes to the model\./).waitFor();
    await sheet(page).getByRole("button", { name: "Read the page" }).click();
    await over(page);
    await fetch_page("http://127.0.0.1/two");
    await sheet(page).waitFor();
    await sheet(page).getByRole("button", { name: "Approve this site for this chat" }).click();
    await over(page, 2);
    await fetch_page("http://127.0.0.1/three");
    await over(page, 3);
    await fetch_page("http://[::1]/");
    await sheet(page).waitFor();
    await sheet(page).getByRole("button", { name: "Approve any site for this chat" }).focus();
    await page.keyboard.press("Enter");
    await sheet(page).waitFor({ state: "detached" });
    await over(page, 4);
    await fetch_page("http://10.0.0.1/");
    await over(page, 5);
    assert.equal(await sheet(page).count(), 0);
    assert.match(await last_text(page), /may not be reached from here/);
  });

  test("trusting a site is asked anew each time", async () => {
    const page = await new_chat();
    const change = (action) => say(page, `/tool whitelist ${JSON.stringify({ action, domain: "e2e.example" })}\n/say After`);
    await change("add");
    await sheet(page).getByRole("button", { name: "Trust the site" }).waitFor();
    assert.equal(await sheet(page).getByRole("button", { name: /for this chat/ }).count(), 0);
    await page.keyboard.press("Control+Enter");
    await over(page);
    await change("remove");
    await sheet(page).getByRole("button", { name: "Take it off the list" }).click();
    await over(page, 2);
    assert.match(await last_text(page), /"trusted":\s*false/);
  });

  test("several questions come one after the other", async () => {
    const page = await new_chat();
    await say(page, `/tool filesystem ${JSON.stringify({ action: "write", path: "e2e/a.txt", content: "a" })} ; filesystem ${JSON.stringify({ action: "write", path: "e2e/b.txt", content: "b" })}`);
    for (let i = 0; i < 2; i += 1) {
      await sheet(page).waitFor();
      const asked = () => page.evaluate(() => document.querySelector("dialog.sheet h2")?.textContent);
      const question = await asked();
      await page.keyboard.press("Control+Enter");
      await eventually("the next question, or none", async () => (await asked()) !== question);
    }
    await over(page);
  });

  test("stopping the turn takes the question away", async () => {
    const page = await new_chat();
    await say(page, write("e2e/stopped.txt", "never"));
    await sheet(page).waitFor();
    await page.keyboard.press("Escape");
    await sheet(page).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped. What was said until then is kept.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Show the question" }).count(), 0);
  });
});
