import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, make_agent, new_page, patience, server } from "../support/world.mjs";
import { last_text, new_chat, over, say } from "../support/chat.mjs";

suite("Outage", () => {
  test("a killed server is noticed, the page keeps what it knew, and goes on by itself", async () => {
    const agent = await make_agent("/say x");
    const list = await new_page();
    await list.goto("/agents");
    await list.getByRole("link", { name: agent.name }).waitFor();
    const chat = await new_chat();
    await say(chat, `/tool filesystem ${JSON.stringify({ action: "write", path: "e2e/outage.txt", content: "survived" })}\n/say After the crash`);
    await chat.locator("dialog.sheet").waitFor();

    await server.kill();
    await list.getByText(/No connection to the server since/).waitFor();
    assert.equal(await list.getByRole("link", { name: agent.name }).count(), 1);
    assert.equal(await list.getByRole("switch", { name: `${agent.name} on` }).isDisabled(), true);

    await server.start();
    await list.getByText(/No connection to the server since/).waitFor({ state: "detached", timeout: 2 * patience });
    await eventually("the switch works again", async () => !(await list.getByRole("switch", { name: `${agent.name} on` }).isDisabled()));

    await eventually("the question is still there", async () => (await chat.locator("dialog.sheet").count()) === 1, 2 * patience);
    await eventually("the answer gets through", async () => {
      await chat.keyboard.press("Control+Enter");
      return (await chat.locator("dialog.sheet").count()) === 0;
    }, 2 * patience);
    await over(chat);
    assert.match(await last_text(chat), /After the crash/);
    const id = /\/chat\/([^/?]+)/.exec(chat.url())[1];
    const stored = await as_admin("GET", `/api/conversations/${id}`);
    assert.equal(stored.running, null);
  });
});
