import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, call, eventually, fresh, looks, new_page } from "../support/world.mjs";

const runs_key = "system:max_concurrent_runs";
const setting = async (key) => (await as_admin("GET", "/api/settings")).find((s) => s.key === key);

suite("Settings", () => {
  test("a limit is changed, takes effect at once, and goes back to its default", async () => {
    const page = await new_page();
    await page.goto("/settings/engine");
    const field = page.getByRole("textbox", { name: "Max concurrent runs" });
    const before = await field.inputValue();
    await field.fill("7");
    await page.getByText("One change is not saved.").waitFor();
    await page.keyboard.press("Control+s");
    await page.getByText("One change is not saved.").waitFor({ state: "detached" });
    assert.equal((await as_admin("GET", "/api/queue")).max_concurrent, 7);
    assert.equal((await setting(runs_key)).source, "database");
    await page.getByRole("button", { name: "Max concurrent runs back to the default" }).click();
    await eventually("the default", async () => (await field.inputValue()) === before);
    assert.equal((await setting(runs_key)).source, "default");
  });

  test("a value out of range is refused beside its field, and is not stored", async () => {
    const page = await new_page();
    await page.goto("/settings/engine");
    await page.getByRole("textbox", { name: "Max concurrent runs" }).fill("-5");
    await page.getByRole("button", { name: /^Save/ }).click();
    const row = page.locator(".opt", { hasText: runs_key });
    await row.getByRole("alert").waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Max concurrent runs" }).getAttribute("aria-invalid"), "true");
    assert.notEqual((await setting(runs_key)).value, -5);
  });

  test("the theme is kept with the account", async () => {
    const page = await new_page({ look: looks[0] });
    await page.goto("/settings/look");
    await page.getByText("Dark", { exact: true }).click();
    await eventually("dark", () => page.evaluate(() => document.documentElement.dataset.theme === "dark"));
    await eventually("stored", async () => (await as_admin("GET", "/api/me")).theme === "dark");
    const other = await new_page({ look: looks[0] });
    await other.goto("/");
    await eventually("dark in another browser", () => other.evaluate(() => document.documentElement.dataset.theme === "dark"));
    await page.getByText("As the system", { exact: true }).click();
    await eventually("stored", async () => (await as_admin("GET", "/api/me")).theme === "system");
  });

  test("an API key is shown once, works within its scopes, and ends when it is revoked", async () => {
    const page = await new_page();
    const name = fresh("laptop");
    await page.goto("/settings/api-keys");
    await page.getByRole("button", { name: /Make a key|New key/ }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = (await page.getByRole("group", { name: "Key" }).innerText()).trim();
    assert.equal((await call("GET", "/api/agents", { headers: { Authorization: `Bearer ${key}` } })).status, 200);
    assert.equal((await call("GET", "/api/agents", { headers: { "X-API-Key": key } })).status, 200);
    assert.equal((await call("POST", "/api/conversations", { body: {}, headers: { Authorization: `Bearer ${key}` } })).status, 403);
    await page.reload();
    await page.getByRole("rowheader", { name }).waitFor();
    assert.equal(await page.getByText(key).count(), 0);
    const until = await page.getByRole("row", { name: new RegExp(name) }).locator("time").last().innerText();
    assert.match(until, /^\d{1,2} \w{3,4}( \d{4})?$/); // a day to come, not the clock of today
    await page.getByRole("button", { name: `Revoke ${name}` }).click();
    await page.getByRole("button", { name: "Revoke the key" }).click();
    await page.getByRole("rowheader", { name }).waitFor({ state: "detached" });
    assert.equal((await call("GET", "/api/agents", { headers: { Authorization: `Bearer ${key}` } })).status, 401);
  });

  test("whitelists take what is right, refuse what is not, and let go", async () => {
    const page = await new_page();
    await page.goto("/settings/whitelists");
    await page.getByLabel("Site", { exact: true }).fill("docs.example.org");
    await page.getByRole("button", { name: "Allow the site" }).click();
    await page.getByRole("rowheader", { name: "docs.example.org" }).waitFor();
    await page.getByRole("button", { name: "Remove docs.example.org" }).click();
    await page.getByRole("button", { name: "Take it off" }).click();
    await page.getByRole("rowheader", { name: "docs.example.org" }).waitFor({ state: "detached" });

    await page.getByLabel("Folder", { exact: true }).fill("/etc");
    await page.getByRole("button", { name: "Allow the folder" }).click();
    await page.locator(".err, .notice--bad").first().waitFor();
    assert.deepEqual((await as_admin("GET", "/api/filesystem-whitelist")).filter((f) => f.path === "/etc"), []);
  });

  test("a secret is removed only after a question", async () => {
    const page = await new_page();
    await page.goto("/settings/security");
    await page.getByRole("button", { name: "Remove Session secret" }).click();
    const asked = page.getByRole("dialog", { name: /Remove “Session secret”/ });
    await asked.waitFor();
    await page.keyboard.press("Enter"); // the focus is on keeping it
    await asked.waitFor({ state: "detached" });
    assert.equal((await setting("system:session_secret")).set, true);
  });

  test("the password is changed, with the present one", async () => {
    const next = "another long password";
    const change = async (page, current, password) => {
      await page.getByLabel("Present password").fill(current);
      await page.getByLabel("New password").fill(password);
      await page.getByLabel("Once more").fill(password);
      await page.getByRole("button", { name: "Change the password" }).click();
    };
    const jule = { username: "jule", password: "a password of jule" };
    await as_admin("POST", "/api/users", { ...jule, role: "user" });
    const page = await new_page({ user: jule });
    await page.goto("/settings");
    await change(page, "not my password", next);
    await page.locator(".err, .notice--bad").first().waitFor();
    await change(page, jule.password, next);
    await page.getByText("Changed", { exact: true }).waitFor();
    assert.equal((await call("POST", "/api/login", { body: { ...jule, password: next } })).status, 200);
    assert.equal((await call("POST", "/api/login", { body: jule })).status, 401);
    await page.reload();
    await page.getByRole("heading", { name: "Password" }).waitFor(); // this browser stays signed in
  });
});
