import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { as_admin, eventually, fresh, make_agent, new_page } from "../support/world.mjs";
import { chat_id, last_text, last_turn, new_chat, over, say } from "../support/chat.mjs";

const turns = (page) => page.locator("article.turn").count();
const you = (page) => page.locator(".turn--you");
const words = (n) => Array.from({ length: n }, (_, i) => `word${i}`).join(" ");

suite("Turns said anew", () => {
  test("an answer is made again, and the first one can still be read", async () => {
    const page = await new_chat();
    await say(page, "/tool time {}");
    await over(page);
    const first = await last_text(page);
    await last_turn(page).getByRole("button", { name: "Answer again" }).click();
    await page.getByRole("button", { name: "2 versions" }).waitFor();
    await over(page);
    assert.equal(await turns(page), 2);
    await page.reload();
    await over(page);
    await page.getByRole("button", { name: "2 versions" }).click();
    const dialog = page.getByRole("dialog", { name: "Earlier versions" });
    await eventually("the first answer", async () => (await dialog.locator(".prose").allInnerTexts()).includes(first));
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("a message is changed with the keyboard; what followed it becomes a version", async () => {
    const page = await new_chat();
    await say(page, "/say One");
    await over(page);
    await say(page, "/say Two");
    await over(page, 2);
    await you(page).first().getByRole("button", { name: "Edit this message" }).focus();
    await page.keyboard.press("Enter");
    const field = page.getByLabel("Your message");
    await eventually("the field has the focus", () => field.evaluate((e) => e === document.activeElement));
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });
    assert.equal(await turns(page), 4, "Escape changes nothing");
    await you(page).first().getByRole("button", { name: "Edit this message" }).click();
    await field.fill("/say Other");
    await page.keyboard.press("Enter");
    await eventually("the new answer", async () => (await last_text(page)) === "Other");
    await over(page);
    assert.equal(await turns(page), 2);
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "/say One");
    await page.getByRole("button", { name: "2 versions" }).click();
    const dialog = page.getByRole("dialog", { name: "Earlier versions" });
    await dialog.getByText("Two", { exact: true }).waitFor();
    const stored = await as_admin("GET", `/api/conversations/${await chat_id(page)}`);
    assert.deepEqual(stored.messages.map((m) => m.content), ["/say Other", "Other"]);
    assert.equal(stored.usage.runs, 3, "what was replaced still counts");
  });

  test("nothing can be changed while a turn runs", async () => {
    const page = await new_chat();
    await say(page, "/say Before");
    await over(page);
    await say(page, `/slow 20 ${words(20)}`);
    await eventually("the first words", async () => (await last_text(page).catch(() => "")).includes("word1"));
    assert.equal(await page.getByRole("button", { name: "Edit this message" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "Answer again" }).count(), 0);
    const id = await chat_id(page);
    const { messages } = await as_admin("GET", `/api/conversations/${id}`);
    await assert.rejects(as_admin("POST", `/api/conversations/${id}/messages`, { replaces: messages[0].run_id }), /409/);
    await page.keyboard.press("Escape");
    await over(page, 2);
  });
});

suite("Chats found, kept, counted", () => {
  test("are found by what was said in them, with the place", async () => {
    const page = await new_chat();
    const word = fresh("zq").replace(/[^a-z0-9]/g, "");
    await say(page, `/say A story about ${word}erella and the rest of it`);
    await over(page);
    await page.goto("/chats");
    await page.getByLabel("Search in titles and messages").fill(`${word}er story`);
    const row = page.locator("tbody tr", { has: page.locator("mark") });
    await row.waitFor();
    assert.ok((await row.locator("mark").allInnerTexts()).includes(`${word}erella`));
    await page.getByLabel("Search in titles and messages").fill("no such word anywhere zzz");
    await page.getByText("Nothing matches the filter.").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.locator("tbody tr").first().waitFor();
  });

  test("are saved as Markdown and as JSON", async () => {
    const page = await new_chat();
    await say(page, "/say # A head\n/say <img src=x onerror=alert(1)>");
    await over(page);
    const save = async (name) => {
      await page.getByRole("button", { name: "More about this chat" }).click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    };
    const md = await save("Export as Markdown");
    assert.match(md.name, /\.md$/);
    assert.match(md.text, /^### A head$/m);
    assert.ok(!md.text.includes("<img"));
    const json = await save("Export as JSON");
    assert.equal(JSON.parse(json.text).messages.length, 2);
  });

  test("tell what they used, and so does the profile", async () => {
    const page = await new_chat();
    await say(page, "/say one two three");
    await over(page);
    await page.getByText(/This chat so far: 4 tokens in, 3 out, free/).waitFor();
    await say(page, "/say four");
    await over(page, 2);
    await page.getByText(/This chat so far: 6 tokens in, 4 out, free/).waitFor();
    await page.reload();
    await page.getByText(/This chat so far: 6 tokens in, 4 out, free/).waitFor();
    await page.goto("/settings");
    const row = page.locator(".opt", { hasText: "Last 24 hours" });
    await row.getByText(/tokens in/).waitFor();
  });

  test("that become too long are summarised, once, and say so", async () => {
    await as_admin("POST", "/api/credentials", { key: "system:max_context_tokens", value: "9000" });
    try {
      const page = await new_chat();
      const notes = page.locator(".aside-note", { hasText: "Earlier messages were summarised" });
      let said = 0;
      while (said < 8 && (await notes.count()) === 0) {
        said += 1;
        await say(page, `/say part${said} ${"x".repeat(2400)}`); // one word: it comes at once
        await over(page, said);
      }
      assert.ok(said > 2, "a short chat is not summarised");
      const before = await notes.count();
      await notes.last().locator("summary").click();
      await notes.last().getByText(/^Summary of \d+ words/).waitFor();
      assert.ok((await page.locator(".turn").first().innerText()).includes("part1"), "the original stays");
      await say(page, "/say short");
      await over(page, said + 1);
      assert.equal(await notes.count(), before, "what is summarised is not summarised again");
      await page.reload();
      await over(page, said + 1);
      assert.equal(await notes.count(), before);
      const stored = await as_admin("GET", `/api/conversations/${await chat_id(page)}`);
      const made = stored.messages.findLast((m) => m.summary);
      assert.ok(made.summary.covers >= 2);
      const steps = await as_admin("GET", `/api/runs/${made.run_id}/steps`);
      assert.equal(steps.length, 2);
      assert.ok(made.usage.input_tokens >= steps[0].input_tokens + steps[1].input_tokens, "it is counted");
    } finally {
      await as_admin("DELETE", "/api/credentials/system:max_context_tokens");
    }
  });
});

suite("Chat with an agent", () => {
  test("begins at its page, has its prompt and tools, and ends with it", async () => {
    const agent = await make_agent("/say I am Hanna.", { allowed_tools: ["time"], description: "Knows the garden" });
    const page = await new_page();
    await page.goto(`/agents/${agent.id}`);
    await page.getByRole("button", { name: "Chat", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: `New chat with ${agent.name}` }).waitFor();
    await page.getByText("Knows the garden").waitFor();
    await say(page, "/tool whitelist {}");
    await over(page);
    assert.match(await last_text(page), /I am Hanna\./);
    assert.match(await last_text(page), /may not use whitelist/);
    await page.locator(".top .badge", { hasText: agent.name }).waitFor();
    await as_admin("DELETE", `/api/agents/${agent.id}`);
    await page.reload();
    await page.getByText("It was deleted or switched off.").waitFor();
    assert.equal(await page.locator("#say").count(), 0);
    assert.match(await last_text(page), /I am Hanna\./);
    await assert.rejects(as_admin("POST", `/api/conversations/${await chat_id(page)}/messages`, { text: "hello" }), /409.*deleted or switched off/);
  });

  test("begins in the picker of a new chat, from the keyboard", async () => {
    const agent = await make_agent("/say Picked.");
    const page = await new_chat();
    await page.locator("[data-picker]").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("combobox").waitFor();
    await page.getByRole("option", { name: agent.name }).waitFor();
    await page.keyboard.type(agent.name);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: `New chat with ${agent.name}` }).waitFor();
    await say(page, "/say And this.");
    await over(page);
    assert.equal(await last_text(page), "Picked.\nAnd this.");
  });
});

suite("Reasoning and refusals", () => {
  test("reasoning is folded, while it comes and after a reload", async () => {
    const page = await new_chat();
    await say(page, `/think ${words(60)}\n/say The answer`);
    const note = page.locator(".aside-note");
    await note.getByText("Thinking…").waitFor();
    await over(page);
    for (const again of [false, true]) {
      if (again) { await page.reload(); await over(page); }
      await note.getByText("Reasoning").waitFor();
      assert.equal(await last_text(page), "The answer");
      assert.equal(await note.getByText("word59").isVisible(), false);
      await note.locator("summary").click();
      await note.getByText(words(60)).waitFor();
    }
  });

  test("a reload in the middle of reasoning loses nothing of it", async () => {
    const page = await new_chat();
    await say(page, `/think ${words(100)}\n/say The answer`);
    await page.getByText("Thinking…").waitFor();
    await page.reload();
    await over(page);
    await page.locator(".aside-note summary").click();
    await page.locator(".aside-note").getByText(words(100)).waitFor();
  });

  test("a refusal is shown as one", async () => {
    const page = await new_chat();
    await say(page, "/refuse That I will not do.");
    await over(page);
    await page.getByText("The model declined to answer.").waitFor();
    assert.equal(await last_text(page), "That I will not do.");
    await page.reload();
    await page.getByText("The model declined to answer.").waitFor();
  });
});

suite("Several tabs", () => {
  test("a second tab sees the message, its change, the name and the end of a chat", async () => {
    const one = await new_chat();
    await say(one, "/say First");
    await over(one);
    const two = await new_page();
    await two.goto(`/chat/${await chat_id(one)}`);
    await over(two);
    await say(one, `/slow 3 ${words(10)}`);
    await you(two).getByText(`/slow 3 ${words(10)}`).waitFor();
    await over(two, 2);
    assert.equal(await turns(two), 4);
    await you(two).first().getByRole("button", { name: "Edit this message" }).click();
    await two.getByLabel("Your message").fill("/say Anew");
    await two.keyboard.press("Enter");
    await eventually("the change in the first tab", async () => (await turns(one)) === 2 && (await last_text(one)) === "Anew");
    await one.getByRole("button", { name: "2 versions" }).waitFor();
    await one.getByRole("button", { name: "More about this chat" }).click();
    await one.getByRole("menuitem", { name: "Rename" }).click();
    await one.getByLabel("Title", { exact: true }).fill("Seen in both");
    await one.keyboard.press("Enter");
    await two.getByRole("heading", { level: 1, name: "Seen in both" }).waitFor();
    await as_admin("DELETE", `/api/conversations/${await chat_id(one)}`);
    await two.getByText("This chat was deleted.").waitFor();
  });

  test("a question that is answered in one tab leaves the other", async () => {
    const one = await new_chat();
    await say(one, "/say First");
    await over(one);
    const two = await new_page();
    await two.goto(`/chat/${await chat_id(one)}`);
    await over(two);
    await say(one, `/tool filesystem ${JSON.stringify({ action: "write", path: "e2e/tabs.txt", content: "x" })}\n/slow 5 ${words(10)}`);
    await one.locator("dialog.sheet").waitFor();
    await two.locator("dialog.sheet").waitFor();
    await one.keyboard.press("Control+Enter");
    await two.locator("dialog.sheet").waitFor({ state: "detached" });
    await over(one, 2);
    await over(two, 2);
    assert.equal(await last_text(one), await last_text(two));
  });
});
