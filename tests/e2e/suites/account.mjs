import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { as_admin, cookie_for, eventually, new_page } from "../support/world.mjs";
import { last_text, new_chat, over, say } from "../support/chat.mjs";
import { offer_models, start_model_server, withdraw_models } from "../support/model_server.mjs";

const ida = { username: "ida", password: "a password of ida" };

suite("Own account", () => {
  let server;
  before(async () => {
    server = await start_model_server();
    await as_admin("POST", "/api/users", { ...ida, role: "user" });
    await cookie_for(ida);
  });
  after(async () => {
    await withdraw_models();
    for (const key of ["system:personality_user", "system:search_engine"])
      if ((await as_admin("GET", "/api/credentials")).some((c) => c.key === key)) await as_admin("DELETE", `/api/credentials/${key}`);
    await server.close();
  });

  test("a user writes who the agent is for them, with the server's text beside it", async () => {
    await as_admin("POST", "/api/credentials", { key: "system:personality_user", value: "Everybody here likes short answers." });
    const page = await new_page({ user: ida });
    await page.goto("/settings/personality");
    const soul = page.getByLabel("SOUL", { exact: true });
    await soul.waitFor();
    assert.equal(await page.getByRole("button", { name: "Save" }).isDisabled(), true);
    for (const fold of await page.getByText("What holds while this is empty").all()) await fold.click();
    await page.getByText("an assistant that runs on its people's own machine").waitFor();
    await page.getByText("Everybody here likes short answers.").waitFor();
    await soul.fill("You speak like a lighthouse keeper.\nYou are brief.");
    await page.getByLabel("USER", { exact: true }).fill("I am Ida.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    const me = await as_admin("GET", "/api/me", undefined, ida);
    assert.equal(me.personality_soul, "You speak like a lighthouse keeper.\nYou are brief.");
    assert.equal(me.personality_user, "I am Ida.");
    await page.reload();
    assert.equal(await soul.inputValue(), "You speak like a lighthouse keeper.\nYou are brief.");
    await soul.fill("");
    await page.getByRole("button", { name: "Discard" }).click();
    assert.notEqual(await soul.inputValue(), "");
    await soul.fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await eventually("it is empty again", async () => (await as_admin("GET", "/api/me", undefined, ida)).personality_soul === "");
  });

  test("a text that is too long is refused beside its field, and stays there", async () => {
    const page = await new_page({ user: ida });
    await page.goto("/settings/personality");
    const about = page.getByLabel("USER", { exact: true });
    await about.fill("x".repeat(70_000));
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".err").waitFor();
    assert.equal((await about.inputValue()).length, 70_000);
  });

  test("a key of one's own opens its provider, is used for one's own calls, is never shown, and is removed", async () => {
    await offer_models(server, null);
    const page = await new_page({ user: ida });
    await page.goto("/settings/provider-keys");
    await page.getByRole("button", { name: "Enter a key for OpenRouter" }).click();
    await page.getByLabel("Key", { exact: true }).fill("sk-or-of-ida");
    await page.getByRole("button", { name: "Keep the key" }).click();
    await page.getByText("Your own key is used").waitFor();
    await eventually("the models are listed", async () => (await as_admin("GET", "/api/models")).some((m) => m.id === "openrouter:house/seer"));
    await page.goto("/");
    await page.locator("[data-picker]").click();
    await page.getByRole("option", { name: /^Seer/ }).click();
    server.keys.clear();
    await say(page, "By my own key");
    await over(page);
    assert.equal(await last_text(page), "Words: By my own key");
    assert.deepEqual([...server.keys], ["sk-or-of-ida"]);

    // Whoever has none may not use hers.
    const other = await new_chat();
    await other.locator("[data-picker]").click();
    await other.getByRole("option", { name: /^Seer/ }).click();
    await say(other, "With nobody's key");
    await other.getByText("The answer broke off.").waitFor();
    assert.deepEqual([...server.keys], ["sk-or-of-ida"]);

    await page.goto("/settings/provider-keys");
    await page.getByText("Your own key is used").waitFor();
    assert.ok(!(await page.content()).includes("sk-or-of-ida"));
    await page.getByRole("button", { name: "Remove the key for OpenRouter" }).click();
    await page.getByRole("button", { name: "Remove the key", exact: true }).click();
    await page.getByText("Your own key is used").waitFor({ state: "detached" });
    assert.deepEqual((await as_admin("GET", "/api/me", undefined, ida)).provider_keys, []);
  });

  test("the server's settings stand in groups; texts and choices have their own fields", async () => {
    const page = await new_page();
    await page.goto("/settings/personality-for-all");
    const about = page.getByLabel("USER", { exact: true });
    await about.fill("We are a small house.\n\nTwo people live in it.");
    await page.keyboard.press("Control+s");
    await page.getByText("One change is not saved.").waitFor({ state: "detached" });
    const stored = (await as_admin("GET", "/api/settings")).find((s) => s.key === "system:personality_user");
    assert.equal(stored.value, "We are a small house.\n\nTwo people live in it.");
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Web search" }).click();
    await page.getByLabel("Search engine").selectOption("searxng");
    await page.getByLabel("Search URL").fill("not an address");
    await page.keyboard.press("Control+s");
    await page.locator(".opt", { hasText: "system:search_url" }).getByRole("alert").waitFor();
    assert.equal((await as_admin("GET", "/api/settings")).find((s) => s.key === "system:search_engine").value, "searxng");
    // Every setting has its place: none is lost between the groups.
    const shown = new Set(["system:paused"]);
    const of_no_key = new Set(["look", "personality", "notifications", "provider-keys", "api-keys", "whitelists"].map((part) => `/settings/${part}`));
    for (const link of await page.getByRole("navigation", { name: "Settings" }).getByRole("link").all()) {
      const href = await link.getAttribute("href");
      if (!href.startsWith("/settings/") || of_no_key.has(href)) continue;
      const other = await new_page();
      await other.goto(href);
      await other.locator(".setting-key").first().waitFor();
      for (const key of await other.locator(".setting-key").allInnerTexts()) shown.add(key.trim());
      await other.close();
    }
    assert.deepEqual((await as_admin("GET", "/api/settings")).map((s) => s.key).filter((key) => !shown.has(key)), []);
  });
});
