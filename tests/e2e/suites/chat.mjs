import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, new_page } from "../support/world.mjs";
import { chat_id, last_text, last_turn, new_chat, over, say } from "../support/chat.mjs";

const words = (n) => Array.from({ length: n }, (_, i) => `word${i}`).join(" ");

suite("Chat", () => {
  test("answers, names the chat and tells what it cost", async () => {
    const page = await new_chat();
    await say(page, "/say Hello there");
    await over(page);
    assert.equal(await last_text(page), "Hello there");
    const margin = await last_turn(page).locator(".margin").innerText();
    assert.match(margin, /\d+ in, \d+ out/);
    assert.match(margin, /free/);
    await page.locator(".chats a[aria-current]").waitFor();
    await eventually("a title", async () => (await page.getByRole("heading", { level: 1 }).innerText()) !== "New chat");
  });

  test("streams word by word", async () => {
    const page = await new_chat();
    await say(page, `/slow 12 ${words(40)}`);
    const lengths = new Set();
    await eventually("a part of the answer, several times", async () => {
      const text = await last_text(page).catch(() => "");
      if (text && !text.includes("word39")) lengths.add(text.length);
      return lengths.size >= 5;
    });
    await page.keyboard.press("Escape");
    await over(page);
  });

  test("stops within a second and keeps what was said", async () => {
    const page = await new_chat();
    await say(page, `/slow 30 ${words(60)}`);
    await eventually("the first words", async () => (await last_text(page)).includes("word1"));
    const begun = Date.now();
    await page.keyboard.press("Escape");
    await page.getByText("Stopped. What was said until then is kept.").waitFor();
    assert.ok(Date.now() - begun < 10_000, `it took ${Date.now() - begun} ms`); // of the 30 s; a second, and what a busy machine adds
    assert.match(await last_text(page), /^word0 word1/);
  });

  test("goes on after a reload in mid-stream, with no word lost or doubled", async () => {
    const page = await new_chat();
    await say(page, `/slow 6 ${words(80)}`);
    for (const seen of ["word5", "word25", "word45"]) {
      await eventually(seen, async () => (await last_text(page).catch(() => "")).includes(seen));
      await page.reload();
    }
    await over(page);
    assert.equal(await last_text(page), words(80));
    await page.reload();
    await over(page);
    assert.equal(await last_text(page), words(80));
  });

  test("two tabs on one chat see the same", async () => {
    const one = await new_chat();
    await say(one, "/say First");
    await over(one);
    const two = await new_page();
    await two.goto(`/chat/${await chat_id(one)}`);
    await over(two);
    await say(one, `/slow 2 ${words(20)}`);
    await over(one, 2);
    await over(two, 2);
    assert.equal(await last_text(two), words(20));
    assert.equal(await two.locator("article.turn").count(), 4);
    assert.equal(await two.locator(".turn--you").last().locator(".prose").innerText(), `/slow 2 ${words(20)}`);
  });

  test("what is written meanwhile is sent when the turn is over", async () => {
    const page = await new_chat();
    await say(page, `/slow 8 ${words(10)}`);
    await eventually("the first words", async () => (await last_text(page).catch(() => "")).includes("word1"));
    await say(page, "/say And then");
    await page.getByText("Sent when this turn is over").waitFor();
    await over(page, 2);
    assert.equal(await last_text(page), "And then");
  });

  test("shows tool calls with arguments, result and time", async () => {
    const page = await new_chat();
    await say(page, "/tool time {} ; time {}\n/say Done");
    await over(page);
    const calls = last_turn(page).locator(".call");
    assert.equal(await calls.count(), 2);
    await calls.first().locator("summary").click();
    await calls.first().getByRole("group", { name: "Arguments" }).waitFor();
    assert.match(await calls.first().getByRole("group", { name: "Result" }).innerText(), /\d{4}-\d\d-\d\d/);
    assert.match(await calls.first().locator("summary").innerText(), /\d s/);
    assert.match(await last_text(page), /Done/);
  });

  test("shows an error of the model and lets one go on", async () => {
    const page = await new_chat();
    await say(page, "/error 400");
    await page.getByText("The answer broke off.").waitFor();
    await say(page, "/say Still here");
    await eventually("the next answer", async () => (await last_text(page)) === "Still here");
  });

  test("shows markdown, code with a copy button, and never a remote image", async () => {
    const page = await new_chat({ permissions: ["clipboard-read", "clipboard-write"] });
    await say(page, ["# Head", "Some **bold** text", "", "```js", "const answer = 42; // yes", "```", "", "| a | b |", "|---|--:|", "| one | 2 |", "", "![dot](https://tracker.invalid/dot.png)", "[site](https://example.org/)", "[bad](javascript:alert(1))", "<img src=x onerror=alert(1)>"].map((l) => `/say ${l}`).join("\n"));
    await over(page);
    const turn = last_turn(page);
    await turn.getByRole("heading", { name: "Head" }).waitFor();
    assert.equal(await turn.locator("strong").innerText(), "bold");
    await turn.locator(".hljs-keyword").first().waitFor();
    assert.equal(await turn.locator("td").nth(1).innerText(), "2");
    assert.equal(await turn.locator(".prose img").count(), 0);
    assert.equal(await turn.getByRole("link", { name: "Image: dot" }).getAttribute("href"), "https://tracker.invalid/dot.png");
    assert.equal(await turn.getByRole("link", { name: "site" }).getAttribute("rel"), "noopener noreferrer nofollow");
    assert.equal(await turn.getByRole("link", { name: "bad" }).count(), 0);
    await turn.getByRole("button", { name: /Copy/ }).first().click();
    await turn.getByText("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "const answer = 42; // yes");
  });

  test("sets formulas, leaves prices alone, and shows what is no formula as it was written", async () => {
    const page = await new_chat();
    await say(page, ["So $e^{i\\pi}+1=0$, at $5 or $10 each.", "", "$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$", "", "\\[\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\\]", "", "Not one: $\\frac{1$", "Code: `$x$`"].map((l) => `/say ${l}`).join("\n"));
    await over(page);
    const prose = last_turn(page).locator(".prose");
    await prose.locator("math mfrac").waitFor();
    assert.equal(await prose.locator("math").count(), 3);
    assert.equal(await prose.locator('math[display="block"]').count(), 2);
    assert.equal(await prose.locator("math mtable mtr").count(), 2);
    assert.match(await prose.innerText(), /at \$5 or \$10 each/);
    assert.deepEqual(await prose.locator("p code").allInnerTexts(), ["\\frac{1", "$x$"]);
    assert.equal(await prose.locator("[style]").count(), 0);
  });

  test("an example goes into the field and is sent with Enter", async () => {
    const page = await new_chat();
    await page.getByRole("button", { name: "/say Hello there" }).click();
    assert.equal(await page.locator("#say").inputValue(), "/say Hello there");
    await page.keyboard.press("Enter");
    await over(page);
    assert.equal(await last_text(page), "Hello there");
  });

  test("what is typed in one chat is not carried into another, and waits there", async () => {
    const page = await new_chat();
    await say(page, "/say Here");
    await over(page);
    await page.locator("#say").fill("half a thought");
    await page.getByRole("button", { name: /^New chat/ }).click();
    await page.getByRole("heading", { level: 1, name: "New chat" }).waitFor();
    assert.equal(await page.locator("#say").inputValue(), "");
    await page.goBack();
    await eventually("the half thought", async () => (await page.locator("#say").inputValue()) === "half a thought");
  });

  test("a model is picked from the keyboard", async () => {
    const page = await new_chat();
    const button = page.locator("[data-picker]");
    await button.focus();
    await page.keyboard.press("Enter");
    const menu = page.getByRole("combobox");
    await menu.waitFor();
    await page.getByRole("option").first().waitFor();
    await menu.fill("no such model");
    await page.getByText("No model is called").waitFor();
    await menu.fill("scripted");
    await page.keyboard.press("Enter");
    await menu.waitFor({ state: "detached" });
    await eventually("the focus is back", () => page.evaluate(() => document.activeElement?.hasAttribute("data-picker")));
  });

  test("renames and deletes a chat", async () => {
    const page = await new_chat();
    await say(page, "/say To be renamed");
    await over(page);
    const id = await chat_id(page);
    await page.getByRole("button", { name: "More about this chat" }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByLabel("Title", { exact: true }).fill("Another title");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Another title" }).waitFor();
    assert.equal((await as_admin("GET", `/api/conversations/${id}`)).title, "Another title");

    await page.goto("/chats");
    await page.getByRole("link", { name: "Another title" }).waitFor();
    await page.getByRole("button", { name: "More about Another title" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Keep it");
    await page.getByRole("button", { name: "Delete the chat" }).click();
    await page.getByRole("link", { name: "Another title" }).waitFor({ state: "detached" });
    await page.goto(`/chat/${id}`);
    await page.getByText("This chat could not be read.").waitFor();
    assert.equal(await page.locator("#say").count(), 0); // nothing can be said in it
    await page.locator(".thread").getByRole("link", { name: "All chats" }).waitFor();
  });
});
