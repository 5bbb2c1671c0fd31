import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { admin, call, eventually, new_page } from "../support/world.mjs";

suite("First start", () => {
  test("every page leads to setup while there is no user", async () => {
    const page = await new_page({ user: null });
    await page.goto("/agents");
    await page.getByRole("heading", { name: /Welcome/ }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/setup");
    const api = await call("GET", "/api/agents");
    assert.equal(api.status, 401);
    assert.match(api.body.type, /setup-required$/);
  });

  test("says beside each field what is wrong, and makes nobody", async () => {
    const page = await new_page({ user: null });
    await page.goto("/setup");
    await page.getByLabel("User name").fill("Marta");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: /Start with the demo model/ }).click();
    await page.getByText("Begin with a small letter or a digit.").waitFor();
    await page.getByText("At least 10 characters.", { exact: true }).waitFor();
    await page.getByText("The two are not the same.").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "username");
    assert.deepEqual((await call("GET", "/api/setup")).body, { needed: true, code_required: false });
  });

  test("makes the first admin and opens a first chat", async () => {
    const page = await new_page({ user: null });
    await page.goto("/");
    await page.getByLabel("User name").fill(admin.username);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByLabel("Once more").fill(admin.password);
    await page.keyboard.press("Enter");
    await page.locator("#say").waitFor();
    await page.getByText("/say Hello there").waitFor();
    await eventually("the field for the message has the focus", () => page.evaluate(() => document.activeElement?.id === "say"));
    await page.getByRole("navigation", { name: "Main" }).getByText(admin.username, { exact: true }).waitFor();
  });

  test("is over once there is somebody", async () => {
    assert.equal((await call("POST", "/api/setup", { body: { username: "eve", password: "correct horse battery" } })).status, 409);
    const page = await new_page({ user: null });
    await page.goto("/setup");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});
