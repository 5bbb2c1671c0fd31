import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { admin, as_admin, cookie_for, eventually, make_agent, new_page } from "../support/world.mjs";
import { last_text, over } from "../support/chat.mjs";

/// "" once the focus has been all around; null where a ring shows it, around the element or the frame that it fills; else the element.
const unseen_stop = () => {
  const at = document.activeElement;
  if (at === document.body) return "";
  const ring = (e) => { const s = getComputedStyle(e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1; };
  const frame = at.closest("form"); // the composer's field is ringed with its buttons
  const framed = at.matches("textarea") && frame && getComputedStyle(frame).boxShadow !== "none";
  const box = at.getBoundingClientRect();
  return (ring(at) || framed) && box.width > 1 && box.height > 1 ? null : at.outerHTML.slice(0, 120);
};

/// Presses Tab until the focus is on what `selector` names.
async function tab_to(page, selector, most = 60) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
  }
  throw new Error(`${most} times Tab did not reach ${selector}`);
}

suite("Keyboard only", () => {
  test("from sign-in to an answer without a pointer", async () => {
    await cookie_for(); // there is an account
    const page = await new_page({ user: null });
    await page.goto("/login");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await eventually("the name has the focus", () => page.evaluate(() => document.activeElement?.getAttribute("name") === "username"));
    await page.keyboard.type(admin.username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(admin.password);
    await page.keyboard.press("Enter");
    await eventually("the message field has the focus", () => page.evaluate(() => document.activeElement?.id === "say"));
    await page.keyboard.type("/say Typed");
    await page.keyboard.press("Enter");
    await over(page);
    assert.equal(await last_text(page), "Typed");
  });

  test("every stop of Tab shows where it is, on every page", async () => {
    const page = await new_page();
    for (const path of ["/", "/chats", "/agents", "/agents/new", "/runs", "/queue", "/triggers", "/tasks", "/settings", "/settings/look", "/settings/engine", "/users", "/actors"]) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await page.locator(".skip").focus(); // some pages put the focus into their first field
      let stops = 0;
      for (; stops < 80; stops += 1) {
        await page.keyboard.press("Tab");
        const unseen = await page.evaluate(unseen_stop);
        if (unseen === "") break;
        assert.equal(unseen, null, `stop ${stops + 1} on ${path}`);
      }
      assert.ok(stops >= 8, `only ${stops} stops on ${path}`);
    }
  });

  test("the skip link leads to the content", async () => {
    const page = await new_page();
    await page.goto("/agents");
    await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    await eventually("the focus in the content", () => page.evaluate(() => document.activeElement?.id === "main"));
  });

  test("the palette goes anywhere, and gives the focus back", async () => {
    const agent = await make_agent("/say x");
    const page = await new_page();
    await page.goto("/runs");
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Go to or do" });
    await palette.waitFor();
    await page.keyboard.type(agent.name);
    await palette.getByRole("option", { name: `${agent.name} agent`, exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: agent.name }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("sett");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "detached" });
  });

  test("the palette finds what was said, talks with agents and runs them, and changes the look", async () => {
    const agent = await make_agent("/say By the palette.");
    const word = `quux${Date.now()}`;
    const chat = await as_admin("POST", "/api/conversations", { title: "Not its name" });
    await as_admin("POST", `/api/conversations/${chat.id}/messages`, { text: `/say ${word}` });
    const page = await new_page();
    await page.goto("/runs");
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    const palette = page.getByRole("dialog", { name: "Go to or do" });
    const choose = async (text, option) => {
      await page.keyboard.press("Control+k");
      await palette.waitFor();
      await page.keyboard.type(text);
      await palette.getByRole("option", { name: option, selected: true }).waitFor();
      await page.keyboard.press("Enter");
      await palette.waitFor({ state: "detached" });
    };
    await choose(word, /^Not its name/);
    await page.getByRole("heading", { level: 1, name: "Not its name" }).waitFor();
    await choose(`chat with ${agent.name}`, `Chat with ${agent.name}`);
    await page.getByRole("heading", { level: 1, name: `New chat with ${agent.name}` }).waitFor();
    await choose(`run ${agent.name}`, `Run ${agent.name}`);
    await page.getByRole("dialog", { name: `Run “${agent.name}” now` }).waitFor();
    await page.keyboard.press("Control+Enter");
    await page.locator(".top").getByText("done").waitFor();
    await choose("theme dark", "Theme: dark");
    await eventually("the dark theme", () => page.evaluate(() => document.documentElement.dataset.theme === "dark"));
    await choose("theme system", "Theme: as the system");
    await eventually("the theme of the system", () => page.evaluate(() => document.documentElement.dataset.theme === undefined));
    await choose("new chat", /^New chat/);
    await page.getByRole("heading", { level: 1, name: "New chat" }).waitFor();
  });

  test("J, K and Enter work in lists, and ? names all keys", async () => {
    await make_agent("/say x");
    await make_agent("/say y");
    const page = await new_page();
    await page.goto("/agents");
    await page.locator("[data-row]").nth(1).waitFor();
    const focused = () => page.evaluate(() => [...document.querySelectorAll("[data-row]")].indexOf(document.activeElement));
    await page.keyboard.press("j");
    assert.equal(await focused(), 0);
    await page.keyboard.press("j");
    assert.equal(await focused(), 1);
    await page.keyboard.press("k");
    assert.equal(await focused(), 0);
    await page.keyboard.press("?");
    const keys = page.getByRole("dialog", { name: "Keys" });
    await keys.getByText("next row").waitFor();
    await keys.getByText("new agent").waitFor();
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    const name = await page.locator("[data-row]").first().innerText();
    await page.locator("[data-row]").first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name }).waitFor();
  });

  test("an agent is made, run and its run opened with the keys alone", async () => {
    const page = await new_page();
    await page.goto("/agents");
    await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
    await page.keyboard.press("n");
    await eventually("the name has the focus", () => page.evaluate(() => document.activeElement?.closest(".field")?.textContent?.startsWith("Name")));
    await page.keyboard.type("Keyboard agent");
    await tab_to(page, "textarea");
    await page.keyboard.type("/say By keys");
    await page.keyboard.press("Control+s");
    await page.getByRole("heading", { level: 1, name: "Keyboard agent" }).waitFor();
    await page.keyboard.press("r");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.locator(".top").getByText("done").waitFor();
    await page.locator("[data-row]").nth(1).waitFor(); // the first step; its row is read after the run itself
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Step 1" }).waitFor();
  });
});
