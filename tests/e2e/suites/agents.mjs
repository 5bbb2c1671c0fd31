import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, fresh, make_agent, new_page } from "../support/world.mjs";

suite("Agents", () => {
  test("says beside the fields what the server refuses", async () => {
    const page = await new_page();
    await page.goto("/agents/new");
    await page.getByLabel("Tool calls in one run").fill("many");
    await page.getByRole("button", { name: /Make the agent/ }).click();
    await eventually("errors at name, prompt and tool calls", async () => (await page.locator('[aria-invalid="true"]').count()) >= 3);
    for (const invalid of await page.locator('[aria-invalid="true"]').all()) {
      const note = await invalid.getAttribute("aria-describedby");
      assert.notEqual((await page.locator(`[id="${note}"]`).innerText()).trim(), "");
    }
  });

  test("makes an agent with its tools, changes it, and deletes it after asking", async () => {
    const page = await new_page();
    const name = fresh("Clerk");
    await page.goto("/agents");
    await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
    await page.keyboard.press("n");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Description").fill("Files things");
    await page.getByLabel("Prompt", { exact: true }).fill("/say Filed");
    await page.getByText("Those named here").click();
    await page.getByRole("checkbox", { name: /^time/ }).check();
    await page.keyboard.press("Control+s");
    await page.getByRole("heading", { level: 1, name }).waitFor();
    const id = /\/agents\/([^/?]+)/.exec(page.url())[1];
    let stored = await as_admin("GET", `/api/agents/${id}`);
    assert.deepEqual(stored.allowed_tools, ["time"]);
    assert.equal(stored.description, "Files things");
    assert.equal(stored.model, "demo:scripted");

    await page.getByRole("link", { name: "Definition" }).click();
    await page.getByLabel("Prompt", { exact: true }).fill("/say Filed again");
    await page.getByText("One change is not saved.").waitFor();
    await page.getByRole("button", { name: /^Save/ }).click();
    await page.getByText("One change is not saved.").waitFor({ state: "detached" });
    stored = await as_admin("GET", `/api/agents/${id}`);
    assert.equal(stored.prompt, "/say Filed again");
    assert.equal(stored.name, name);

    await page.getByRole("button", { name: "More about this agent" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete the agent" }).click();
    await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
    assert.equal(await page.getByRole("link", { name }).count(), 0);
  });

  test("changes are not lost by leaving: one is asked, by links, keys and the back button", async () => {
    const agent = await make_agent("/say x", { description: "as it was" });
    const page = await new_page();
    await page.goto("/agents");
    await page.getByRole("link", { name: agent.name }).click();
    await page.getByRole("link", { name: "Definition" }).click();
    const field = page.getByLabel("Description");
    const asked = page.getByRole("dialog", { name: "Leave without saving?" });
    await field.fill("changed");
    await page.getByRole("link", { name: "Runs" }).last().click();
    await asked.waitFor();
    await page.keyboard.press("Enter"); // the focus is on staying
    await asked.waitFor({ state: "detached" });
    assert.equal(await field.inputValue(), "changed");
    await page.goBack();
    await asked.waitFor();
    await page.keyboard.press("Escape");
    await asked.waitFor({ state: "detached" });
    assert.equal(await field.inputValue(), "changed");
    await page.keyboard.press("Control+s");
    await page.getByText("One change is not saved.").waitFor({ state: "detached" });
    await field.fill("changed again");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Triggers" }).click();
    await asked.getByRole("button", { name: "Leave, and lose the changes" }).click();
    await page.getByRole("heading", { level: 1, name: "Triggers" }).waitFor();
    assert.equal((await as_admin("GET", `/api/agents/${agent.id}`)).description, "changed");
  });

  test("a run by hand is watched, and stands in the history", async () => {
    const agent = await make_agent("/tool time {}\n/say All done", { allowed_tools: ["time"] });
    const page = await new_page();
    await page.goto(`/agents/${agent.id}`);
    await page.getByText("It has not run yet").waitFor();
    await page.keyboard.press("r");
    await page.getByLabel("Message").fill("/say With a message");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("heading", { level: 1, name: /^Run / }).waitFor();
    await page.locator(".top").getByText("done").waitFor();
    const steps = page.locator(".steps ol > li");
    await eventually("the start and three steps", async () => (await steps.count()) >= 4);
    await page.locator(".steps").getByText("time", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "Result" }).waitFor();
    await page.locator(".prose").getByText("With a message").waitFor();

    await steps.nth(2).locator("a").click();
    const drawer = page.getByRole("complementary", { name: /^Step/ });
    await drawer.getByRole("heading", { name: "Arguments" }).waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });

    const first = page.url();
    await page.getByRole("button", { name: "Run again" }).click();
    await page.waitForURL((url) => /\/runs\//.test(url.pathname) && url.href !== first);
    await page.locator(".prose").getByText("With a message").waitFor(); // it was told the same

    await page.goto(`/agents/${agent.id}`);
    await page.locator("table").getByText("done").first().waitFor();
    await page.locator("td").getByText("By hand").first().waitFor();
    await page.locator("td").getByText("/say With a message").first().waitFor();
  });

  test("a run that is slow is seen live and stopped", async () => {
    const agent = await make_agent("/slow 60 one two three four five six seven eight nine ten");
    const page = await new_page();
    let run_id = "";
    await as_admin("POST", "/api/pause"); // the demo model takes its time only while somebody listens
    try {
      run_id = (await as_admin("POST", `/api/agents/${agent.id}/run`, {})).run_id;
      await page.goto(`/runs/${run_id}`);
      await page.locator(".top").getByText("waiting", { exact: true }).waitFor();
      await page.getByText("The run stands still and goes on after Resume.").waitFor();
      await page.waitForTimeout(500); // its stream is open
    } finally {
      await as_admin("POST", "/api/resume");
    }
    await page.locator(".top").getByText("running").waitFor();
    await page.locator(".prose--writing").getByText("one").waitFor();
    await page.keyboard.press("s");
    await page.locator(".top").getByText("stopped").waitFor({ timeout: 20_000 }); // of the 60 s
    assert.equal((await as_admin("GET", `/api/runs/${run_id}`)).status, "stopped");
    assert.equal(await page.getByRole("button", { name: /^Stop/ }).count(), 0);
  });

  test("a failed run says why, on its page and in the list", async () => {
    const agent = await make_agent("/error 400");
    const { run_id } = await as_admin("POST", `/api/agents/${agent.id}/run`, {});
    const page = await new_page();
    await page.goto(`/runs/${run_id}`);
    await page.getByText("The run failed.").waitFor();
    await page.goto("/agents");
    await page.getByRole("row", { name: new RegExp(agent.name) }).locator(".is-bad").first().waitFor();
  });

  test("is switched off and on in the list", async () => {
    const agent = await make_agent("/say x");
    const page = await new_page();
    await page.goto("/agents");
    const button = page.getByRole("switch", { name: `${agent.name} on` });
    await button.uncheck();
    await eventually("off on the server", async () => (await as_admin("GET", `/api/agents/${agent.id}`)).enabled === false);
    await button.check();
    await eventually("on on the server", async () => (await as_admin("GET", `/api/agents/${agent.id}`)).enabled === true);
  });
});
