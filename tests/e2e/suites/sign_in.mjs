import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { admin, cookie_for, eventually, forget, new_page } from "../support/world.mjs";

async function sign_in(page, password = admin.password) {
  await page.getByLabel("User name").fill(admin.username);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

suite("Sign-in", () => {
  test("one sentence for every fault, and the password is to be typed again", async () => {
    await cookie_for();
    const page = await new_page({ user: null });
    await page.goto("/login");
    await sign_in(page, "not the password");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.notEqual((await alert.innerText()).trim(), "");
    assert.equal(await page.getByLabel("Password").inputValue(), "");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "password");
  });

  test("goes on to the page that was asked for", async () => {
    const page = await new_page({ user: null });
    await page.goto("/agents");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("next"), "/agents");
    await sign_in(page);
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/agents");
  });

  test("never goes on to another site", async () => {
    const page = await new_page();
    for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example"]) {
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await page.locator("#say").waitFor();
      assert.equal(new URL(page.url()).pathname, "/");
    }
  });

  test("signing out ends the session here", async () => {
    const page = await new_page({ user: null });
    await page.goto("/login");
    await sign_in(page);
    await page.locator("#say").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto("/runs");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("signing out everywhere ends the other sessions too", async () => {
    const here = await new_page({ user: null });
    const there = await new_page({ user: null });
    for (const page of [here, there]) {
      await page.goto("/login");
      await sign_in(page);
      await page.locator("#say").waitFor();
    }
    await here.goto("/settings");
    await here.getByRole("button", { name: "Everywhere" }).click();
    await here.getByRole("heading", { name: "Sign in" }).waitFor();
    await eventually("the other browser is asked to sign in", async () => {
      await there.goto("/");
      return new URL(there.url()).pathname === "/login" || (await there.getByRole("heading", { name: "Sign in" }).count()) === 1;
    });
    forget(admin);
  });
});
