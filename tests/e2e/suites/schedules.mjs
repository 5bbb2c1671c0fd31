import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, fresh, make_agent, new_page } from "../support/world.mjs";

suite("Schedules", () => {
  test("the editor says what an expression means, shows its next times and refuses a wrong one", async () => {
    const agent = await make_agent("/say x");
    const page = await new_page();
    await page.goto(`/agents/${agent.id}?tab=definition`);
    const field = page.getByLabel("Schedule", { exact: true });
    await field.fill("0 7 * * MON-FRI");
    await page.getByText("at 07:00, on Monday to Friday").waitFor();
    assert.equal(await page.getByLabel("Next times").getByRole("listitem").count(), 5);
    await field.fill("0 0 30 2 *");
    await page.getByText("This can never come", { exact: false }).or(page.getByText("this can never come", { exact: false })).first().waitFor();
    await page.getByLabel("Runs by the clock").selectOption({ label: "Every hour" });
    assert.equal(await field.inputValue(), "@hourly");
    await page.getByLabel("Missed while the server was off").selectOption({ label: "Run once for all of them" });
    await page.getByRole("button", { name: /^Save/ }).click();
    await page.getByText("changes are not saved.").waitFor({ state: "detached" });
    const stored = await as_admin("GET", `/api/agents/${agent.id}`);
    assert.equal(stored.schedule, "@hourly");
    assert.equal(stored.missed_runs, "once");
    assert.ok(new Date(stored.next_run_at) > new Date());
    await page.getByRole("link", { name: "Runs" }).last().click();
    await page.getByText(/^Runs next/).waitFor();
  });

  test("the own time zone is set on the profile page", async () => {
    const page = await new_page();
    await page.goto("/settings");
    await page.getByLabel("Time zone of your schedules").fill("Mars/Olympus");
    await page.getByRole("button", { name: "Save the time zone" }).click();
    await page.getByText("It is not a time zone", { exact: false }).waitFor();
    await page.getByLabel("Time zone of your schedules").fill("Asia/Kathmandu");
    await page.getByRole("button", { name: "Save the time zone" }).click();
    await eventually("the zone", async () => (await as_admin("GET", "/api/me")).time_zone === "Asia/Kathmandu");
    const preview = await as_admin("GET", "/api/schedule/preview?expression=0%207%20*%20*%20*");
    assert.equal(preview.time_zone, "Asia/Kathmandu");
    assert.match(preview.next[0], /T01:15:00/);
    await as_admin("PATCH", "/api/me", { time_zone: "" });
  });

  test("a task is made, run by hand, and becomes an agent", async () => {
    const page = await new_page();
    const name = fresh("Tidy");
    await page.goto("/tasks");
    await page.getByRole("heading", { level: 1, name: "Tasks" }).waitFor();
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill(name);
    await dialog.getByLabel("Prompt", { exact: true }).fill("/say tidied");
    await dialog.getByText("at 07:00, every day").waitFor();
    await dialog.getByRole("button", { name: "Make the task" }).click();
    await page.getByRole("complementary", { name: `Task ${name}` }).waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.waitForURL(/\/runs\//);
    await page.getByText("tidied").first().waitFor();
    const task = (await as_admin("GET", "/api/scheduled-tasks")).find((t) => t.name === name);
    await eventually("its last status", async () => (await as_admin("GET", `/api/scheduled-tasks/${task.id}`)).last_status === "success");
    await page.goto(`/tasks?id=${task.id}`);
    await page.getByRole("button", { name: "Make an agent…" }).click();
    await page.getByRole("button", { name: "Make the agent" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    const after = await as_admin("GET", `/api/scheduled-tasks/${task.id}`);
    assert.equal(after.enabled, false);
    const agent = await as_admin("GET", `/api/agents/${after.agent_id}`);
    assert.equal(agent.prompt, "/say tidied");
    assert.equal(agent.schedule, "0 7 * * *");
  });
});
