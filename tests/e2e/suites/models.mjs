import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { as_admin, call, cookie_for, eventually, new_page } from "../support/world.mjs";
import { many, models, offer_models, start_model_server, withdraw_models } from "../support/model_server.mjs";

const card = (page, name) => page.getByRole("region", { name, exact: true });
const row = (page, name) => page.getByRole("row", { name: new RegExp(`^${name}\\b`) });

suite("Models", () => {
  let server;
  before(async () => { server = await start_model_server(); });
  after(async () => {
    await withdraw_models();
    for (const { name } of await as_admin("GET", "/api/model-endpoints")) await as_admin("DELETE", `/api/model-endpoints/${name}`);
    await server.close();
  });

  test("without a provider the page says how to get one", async () => {
    const page = await new_page();
    await page.goto("/models");
    await page.getByText("Only the demo model so far.").waitFor();
    await row(page, "Demo model").getByText("default").waitFor();
    await page.getByRole("link", { name: "Enter a key" }).click();
    await page.getByRole("heading", { name: "Models and keys" }).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Add a model server" }).last().click();
    await page.getByRole("dialog", { name: "Add a model server" }).waitFor();
  });

  test("a key on the settings page brings the provider's models, with what they can do and cost", async () => {
    await as_admin("POST", "/api/credentials", { key: "system:openrouter_base_url", value: server.url });
    const page = await new_page();
    await page.goto("/settings/models");
    const key = page.getByRole("textbox", { name: "OpenRouter API key" });
    await key.fill("sk-or-secret");
    await page.keyboard.press("Control+s");
    await page.getByText("One change is not saved.").waitFor({ state: "detached" });
    assert.equal(await key.inputValue(), "");
    await page.goto("/models");
    await row(page, "Seer").waitFor();
    assert.deepEqual(await row(page, "Seer").locator(".badges .badge").allInnerTexts(), ["vision", "tools", "PDF"]);
    assert.deepEqual(await row(page, "Seer").locator("td.num").allInnerTexts(), ["200 K", "3.00", "15.00"]);
    assert.deepEqual(await row(page, "Painter").locator(".badges .badge").allInnerTexts(), ["vision", "tools", "online"]);
    assert.deepEqual(await row(page, "Riddle").locator("td.num").allInnerTexts(), ["–", "–", "–"], "what is unknown is not guessed");
    await card(page, "OpenRouter").getByText("4 models").waitFor();
    assert.match(await card(page, "OpenRouter").innerText(), /there/);
    assert.ok(!(await page.content()).includes("sk-or-secret"));
    assert.ok(server.keys.has("sk-or-secret"));
  });

  test("the filter finds by name and badge, and says when nothing is left", async () => {
    const page = await new_page();
    await page.goto("/models");
    await row(page, "Seer").waitFor();
    await page.getByLabel("Filter models").fill("pain");
    await row(page, "Seer").waitFor({ state: "detached" });
    await row(page, "Painter").waitFor();
    await page.getByText("1 of 5 models").waitFor();
    await page.getByLabel("Filter models").fill("no such thing");
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.getByRole("button", { name: "PDF", exact: true }).click();
    await row(page, "Painter").waitFor({ state: "detached" });
    await row(page, "Seer").waitFor();
  });

  test("a list that fails is told, the one from before stays, and a refresh mends it", async () => {
    const page = await new_page();
    await page.goto("/models");
    await row(page, "Seer").waitFor();
    server.fail = 500;
    await page.getByRole("button", { name: "Refresh lists" }).click();
    await card(page, "OpenRouter").getByText("The last list could not be read.").waitFor();
    await page.getByText("OpenRouter needs a look.").waitFor();
    assert.equal(await row(page, "Seer").count(), 1);
    server.fail = 0;
    server.list = models.slice(0, 3);
    await eventually("the button can be pressed", () => page.getByRole("button", { name: "Refresh lists" }).isEnabled());
    await page.getByRole("button", { name: "Refresh lists" }).click();
    await row(page, "Riddle").waitFor({ state: "detached" });
    await card(page, "OpenRouter").getByText("The last list could not be read.").waitFor({ state: "detached" });
    await card(page, "OpenRouter").getByText("3 models").waitFor();
  });

  test("a model server is added, refused where its name is taken, and removed after a question", async () => {
    const page = await new_page();
    await page.goto("/models");
    await row(page, "Seer").waitFor();
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog", { name: "Add a model server" });
    await dialog.getByLabel("Name").fill("openai");
    await dialog.getByLabel("Address").fill(`${server.url}/v1`);
    await page.keyboard.press("Enter");
    await dialog.getByText("is the name of a provider that is built in").waitFor();
    await dialog.getByLabel("Name").fill("nas");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await card(page, "nas").waitFor();
    await page.getByRole("region", { name: "Models of nas" }).getByRole("row", { name: /^house\/seer/ }).waitFor();
    assert.equal(new URL(page.url()).search, "");
    await card(page, "nas").getByRole("button", { name: "Remove nas" }).click();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Keep it");
    await page.getByRole("button", { name: "Remove it" }).click();
    await card(page, "nas").waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Models of nas" }).waitFor({ state: "detached" });
    assert.deepEqual(await as_admin("GET", "/api/model-endpoints"), []);
  });

  test("several hundred models can be looked through, on the page and in the picker", async () => {
    server.list = [...models, ...many(480)];
    await as_admin("POST", "/api/models/refresh");
    await eventually("the long list", async () => (await as_admin("GET", "/api/models")).length > 480);
    const page = await new_page();
    await page.goto("/models");
    await page.getByRole("button", { name: "Show all 484" }).click();
    await row(page, "Crowd 479").waitFor();
    await page.goto("/");
    await page.locator("[data-picker]").click();
    const find = page.getByRole("combobox");
    await page.getByText(/\d+ more\. Type a part of a name/).waitFor();
    const begun = Date.now();
    await find.fill("crowd 47");
    await page.getByRole("option", { name: /^Crowd 479/ }).waitFor();
    assert.ok(Date.now() - begun < 3000, `it took ${Date.now() - begun} ms`);
    await find.fill("vision pdf");
    assert.equal(await page.getByRole("option").count(), 1);
    assert.match(await page.getByRole("option").innerText(), /Seer[\s\S]*200 K[\s\S]*\$3\.00 \/ \$15\.00/);
    await page.keyboard.press("Enter");
    await eventually("it is chosen", async () => /Seer/.test(await page.locator("[data-picker]").innerText()));
    server.list = models;
    await as_admin("POST", "/api/models/refresh");
    await eventually("the short list", async () => (await as_admin("GET", "/api/models")).length < 10);
  });

  test("a user sees the models, and nothing of the providers", async () => {
    const reader = { username: "reader", password: "a password of reader" };
    await as_admin("POST", "/api/users", { ...reader, role: "user" });
    await cookie_for(reader);
    const page = await new_page({ user: reader });
    await page.goto("/models");
    await row(page, "Seer").waitFor();
    assert.equal(await page.getByRole("heading", { name: "Providers" }).count(), 0);
    assert.equal(await page.getByRole("button", { name: "Add a model server" }).count(), 0);
    assert.equal(await page.getByText(server.url).count(), 0);
    assert.equal((await call("GET", "/api/models/providers", { cookie: await cookie_for(reader) })).status, 403);
  });

  test("a key is removed after a question; its models go with it", async () => {
    const page = await new_page();
    await page.goto("/settings/models");
    await page.getByRole("button", { name: "Remove OpenRouter API key" }).click();
    await page.getByRole("dialog").getByText(/can’t be read, so it can’t be put back/).waitFor();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("button", { name: "Remove OpenRouter API key" }).waitFor({ state: "detached" });
    assert.ok(!(await as_admin("GET", "/api/credentials")).some((c) => c.key === "system:openrouter_api_key"));
  });
});
