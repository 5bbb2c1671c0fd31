import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, suite, test } from "node:test";
import { as_admin, cookie_for, eventually, make_agent, new_page } from "../support/world.mjs";
import { chat_id, new_chat, over, say } from "../support/chat.mjs";

const otto = { username: "otto", password: "a password of otto" };
const calls = 60; // more than a page of the log
const rows = (page) => page.getByRole("region", { name: "Tool calls, newest first" }).locator("tbody tr");

suite("Audit log", () => {
  let run;
  before(async () => {
    await as_admin("POST", "/api/users", { ...otto, role: "user" });
    await cookie_for(otto);
  });

  test("is empty for somebody who has called nothing", async () => {
    const page = await new_page({ user: otto });
    await page.goto("/audit");
    await page.getByText("No tool was called yet").waitFor();
    assert.equal(await page.getByRole("button", { name: "Export as CSV" }).isDisabled(), true);
  });

  test("has a call with its arguments, result and chat", async () => {
    const chat = await new_chat();
    await say(chat, "/tool time {}");
    await over(chat);
    const id = await chat_id(chat);
    const page = await new_page();
    await page.goto("/audit");
    await rows(page).first().getByRole("link", { name: "time" }).click();
    const drawer = page.getByRole("complementary", { name: /^Call \d+/ });
    await drawer.getByRole("group", { name: "Arguments" }).waitFor();
    assert.match(await drawer.getByRole("group", { name: "Result" }).innerText(), /\d{4}-\d\d-\d\d/);
    assert.equal(await drawer.getByRole("link", { name: "Open the chat" }).getAttribute("href"), `/chat/${id}`);
    assert.match(await drawer.innerText(), /marta/);
    await drawer.getByRole("link", { name: "Open the chat" }).click();
    await over(page);
    await page.goBack();
    await drawer.waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  });

  test("is filtered by tool, run, chat, time and confirmation", async () => {
    const agent = await make_agent(`/tool ${Array.from({ length: calls }, () => "time {}").join(" ; ")}`, { allowed_tools: ["time"], max_tool_calls: calls + 5 });
    run = (await as_admin("POST", `/api/agents/${agent.id}/run`, {})).run_id;
    await eventually("the run is over", async () => (await as_admin("GET", `/api/runs/${run}`)).ended_at);
    const chat = await new_chat();
    await say(chat, `/tool filesystem ${JSON.stringify({ action: "write", path: "e2e/audit.txt", content: "=1+1" })}`);
    await chat.locator("dialog.sheet").waitFor();
    await chat.keyboard.press("Control+Enter");
    await over(chat);

    const page = await new_page();
    await page.goto("/audit");
    await page.getByLabel("Confirmed only").check();
    await eventually("only what was approved", async () => (await rows(page).count()) > 0 && (await rows(page).getByText("approved").count()) === (await rows(page).count()));
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByLabel("Tool", { exact: true }).selectOption("filesystem");
    await eventually("only files", async () => (await rows(page).count()) > 0 && (await rows(page).getByRole("link", { name: "filesystem" }).count()) === (await rows(page).count()));
    await page.getByLabel("Run or chat").fill(`http://any.example/chat/${await chat_id(chat)}`);
    await page.keyboard.press("Enter");
    await page.getByText("one chat").waitFor();
    await eventually("one call", async () => (await rows(page).count()) === 1);
    await page.getByLabel("Time", { exact: true }).selectOption("days");
    await page.getByLabel("to", { exact: true }).fill("2020-01-01");
    await page.getByText("Nothing matches the filter.").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.getByLabel("Time", { exact: true }).selectOption("week");
    await eventually("this week's calls", async () => (await rows(page).count()) === 50);
    assert.match(page.url(), /range=week/);
    await page.reload();
    await eventually("the address keeps the filter", async () => (await page.getByLabel("Time", { exact: true }).inputValue()) === "week");
  });

  test("has pages, by button and by key", async () => {
    const page = await new_page();
    await page.goto(`/audit?run=${run}`);
    await page.getByText(`1–50 of ${calls}`).waitFor();
    assert.equal(await page.getByRole("button", { name: "Newer" }).isDisabled(), true);
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByText(`51–${calls} of ${calls}`).waitFor();
    assert.equal(await rows(page).count(), calls - 50);
    await page.keyboard.press("[");
    await page.getByText(`1–50 of ${calls}`).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: /^Call \d+/ }).getByRole("link", { name: "Open the run" }).click();
    await page.getByRole("heading", { name: /^\d+ steps?$/ }).waitFor();
  });

  test("what the filter passes is exported as CSV and JSON, all pages of it", async () => {
    const page = await new_page();
    await page.goto(`/audit?run=${run}`);
    await rows(page).first().waitFor();
    const saved = async (kind) => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: `Export as ${kind}` }).click()]);
      return readFile(await file.path(), "utf8");
    };
    const csv = (await saved("CSV")).trimEnd().split("\r\n");
    assert.equal(csv.length, calls + 1);
    assert.equal(csv[0], "id,timestamp,user,tool_name,confirmed,run,conversation,arguments,result");
    assert.ok(csv.slice(1).every((line) => line.includes(run) && line.includes("marta")));
    const json = JSON.parse(await saved("JSON"));
    assert.equal(json.length, calls);
    assert.equal(new Set(json.map((e) => e.id)).size, calls);
    assert.ok(json.every((e) => e.task_id === run && e.user === "marta"));
  });

  test("what a spreadsheet would take for a formula stays text, and commas and quotes stay in their cell", async () => {
    const page = await new_page();
    await page.goto("/audit");
    await rows(page).first().waitFor();
    const entry = { id: 1, timestamp: "2026-01-02T03:04:05.678Z", session_id: null, tool_name: "web", arguments: { q: "a, b" }, result_summary: '=HYPERLINK("http://evil.example")', confirmed: true, task_id: null, user_id: null };
    await page.route(/\/api\/audit\?.*per_page=500/, (route) => route.fulfill({ json: { entries: [entry], total: 1, page: 1, per_page: 500 } }));
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as CSV" }).click()]);
    assert.equal((await readFile(await file.path(), "utf8")).split("\r\n")[1], '1,2026-01-02T03:04:05.678Z,system,web,yes,,,"{""q"":""a, b""}","\'=HYPERLINK(""http://evil.example"")"');
  });

  test("an export can be cancelled while it reads", async () => {
    const page = await new_page();
    await page.goto("/audit");
    await rows(page).first().waitFor();
    await page.route(/\/api\/audit\?.*per_page=500/, () => {}); // never answered
    await page.getByRole("button", { name: "Export as CSV" }).click();
    const dialog = page.getByRole("dialog", { name: "Export as CSV" });
    await dialog.getByRole("progressbar").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.unroute(/\/api\/audit\?.*per_page=500/);
    assert.equal(await page.locator(".notice--bad").count(), 0);
  });

  test("users see their own calls only; admins see all, with names", async () => {
    const chat = await new_chat({ user: otto });
    await say(chat, "/tool time {}");
    await over(chat);
    const theirs = await new_page({ user: otto });
    await theirs.goto("/audit");
    await eventually("one call", async () => (await rows(theirs).count()) === 1);
    assert.equal(await theirs.getByRole("columnheader", { name: "User" }).count(), 0);
    const page = await new_page();
    await page.goto("/audit");
    await rows(page).first().getByRole("cell", { name: "otto" }).waitFor();
    await rows(page).first().getByRole("link", { name: "time" }).click();
    const drawer = page.getByRole("complementary", { name: /^Call \d+/ });
    await drawer.getByText("otto").waitFor();
    assert.equal(await drawer.getByRole("link", { name: "Open the chat" }).count(), 0, "a chat is its owner's alone");
  });

  test("an error is told in the list's place, and trying again helps", async () => {
    const page = await new_page();
    await page.route(/\/api\/audit\?/, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ title: "Busy", detail: "The database is busy.", status: 503 }) }));
    await page.goto("/audit");
    await page.getByText("The audit log could not be read.").waitFor();
    await page.unroute(/\/api\/audit\?/);
    await page.getByRole("button", { name: "Try again" }).click();
    await rows(page).first().waitFor();
  });
});
