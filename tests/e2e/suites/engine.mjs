import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, make_agent, new_page } from "../support/world.mjs";
import { last_text, new_chat, over, say } from "../support/chat.mjs";

suite("Engine", () => {
  test("the actors stand in a live tree, with times and mailboxes", async () => {
    const page = await new_page();
    await page.goto("/actors");
    await page.getByRole("treegrid", { name: "Actors" }).waitFor();
    for (const path of ["/storage/journal", "/runs/supervisor", "/triggers/webhooks", "/front/event_hub"]) await page.locator(`tr[data-path="${path}"]`).waitFor();
    const handled = async () => Number((await page.locator('tr[data-path="/front/event_hub"] td').nth(1).innerText()).replaceAll(",", ""));
    const before = await handled();
    const agent = await make_agent("/say x");
    for (let i = 0; i < 3; i += 1) await as_admin("POST", `/api/agents/${agent.id}/run`, {});
    await eventually("the event hub handled more", async () => (await handled()) > before);
  });

  test("the tree is one tab stop: arrows move and fold, Enter opens", async () => {
    const page = await new_page();
    await page.goto("/actors");
    const row = (path) => page.locator(`tr[data-path="${path}"]`);
    await row("/storage").waitFor();
    assert.equal(await page.locator("[role=treegrid] tbody tr[tabindex='0']").count(), 1);
    await page.locator("[role=treegrid] tbody tr[tabindex='0']").focus();
    await eventually("the focus on storage", async () => {
      await page.keyboard.press("ArrowDown");
      return page.evaluate(() => document.activeElement?.getAttribute("data-path") === "/storage");
    });
    await page.keyboard.press("ArrowLeft");
    await row("/storage/journal").waitFor({ state: "detached" });
    assert.equal(await row("/storage").getAttribute("aria-expanded"), "false");
    await page.keyboard.press("ArrowRight");
    await row("/storage/journal").waitFor();
    await row("/storage/journal").focus();
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("complementary", { name: "Actor /storage/journal" });
    await drawer.getByText("Busy with it").waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  });

  test("the view can be frozen", async () => {
    const page = await new_page();
    await page.goto("/actors");
    await page.locator('tr[data-path="/front/event_hub"]').waitFor();
    await page.getByRole("button", { name: /Freeze view/ }).click();
    await page.getByText("Frozen").waitFor();
    await new Promise((r) => setTimeout(r, 300));
    const before = await page.locator("[role=treegrid] tbody").innerText();
    await new Promise((r) => setTimeout(r, 1800)); // rows come each second
    assert.equal(await page.locator("[role=treegrid] tbody").innerText(), before);
  });

  test("a run that waits for a place says so", async () => {
    const key = "system:max_concurrent_runs";
    const agent = await make_agent("/say Its turn");
    const holder = await new_chat();
    await as_admin("POST", "/api/credentials", { key, value: 1 });
    try {
      await say(holder, "/slow 60 one two three four five six seven eight");
      await eventually("the first word", async () => (await last_text(holder).catch(() => "")).includes("one"));
      const { run_id } = await as_admin("POST", `/api/agents/${agent.id}/run`, {});
      const page = await new_page();
      await page.goto(`/runs/${run_id}`);
      await page.getByRole("status").getByText("The only place is taken.").waitFor();
      await page.getByRole("group", { name: "Engine" }).getByText("1 run waits").waitFor();
      await holder.keyboard.press("Escape");
      await page.locator(".top").getByText("done").waitFor();
    } finally {
      await as_admin("DELETE", `/api/credentials/${encodeURIComponent(key)}`);
    }
  });

  test("the kill switch stops everything, on every page, and lets it go on", async () => {
    const page = await new_chat();
    const box = page.getByRole("group", { name: "Engine" });
    await box.getByRole("button", { name: /Pause all runs/ }).click();
    await box.getByText("Everything is paused").waitFor();
    await box.getByText("No call went out after it.").waitFor();
    try {
      await say(page, "/say After the pause");
      await page.getByText("Everything is paused. The turn goes on after Resume.").waitFor();
      const other = await new_page();
      await other.goto("/agents");
      await other.getByRole("group", { name: "Engine" }).getByText("Everything is paused").waitFor();
    } finally {
      await box.getByRole("button", { name: /Resume/ }).click();
    }
    await over(page);
    assert.equal(await last_text(page), "After the pause");
  });
});
