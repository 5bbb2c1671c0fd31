import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { admin, as_admin, call, eventually, forget, new_page } from "../support/world.mjs";

const jonas = { username: "jonas", password: "a password of jonas" };

suite("Users", () => {
  test("an admin makes a user, who sees only what is theirs", async () => {
    const page = await new_page();
    await page.goto("/users");
    await page.getByRole("row", { name: /marta/ }).waitFor();
    await page.keyboard.press("n");
    await page.getByLabel("User name").fill(jonas.username);
    await page.getByLabel("First password").fill(jonas.password);
    await page.getByRole("button", { name: "Make the user" }).click();
    await page.getByRole("row", { name: /jonas/ }).waitFor();

    const theirs = await new_page({ user: jonas });
    await theirs.goto("/");
    await theirs.locator("#say").waitFor();
    const nav = theirs.getByRole("navigation", { name: "Main" });
    assert.equal(await nav.getByRole("link", { name: "Actors" }).count(), 0);
    assert.equal(await nav.getByRole("link", { name: "Users" }).count(), 0);
    assert.equal(await nav.getByRole("button", { name: /Pause/ }).count(), 0);
    await theirs.goto("/actors");
    await theirs.getByText("This page is for admins").waitFor();
    await theirs.goto("/chats");
    await theirs.getByText("No chats yet").waitFor();
    await theirs.goto("/agents");
    await theirs.getByText("No agents yet").waitFor();
    await theirs.goto("/triggers");
    await theirs.getByText("No webhooks yet").waitFor();
    await theirs.goto("/runs");
    await theirs.getByText("No runs yet").waitFor();
  });

  test("the last admin stays one, and the page says why", async () => {
    const page = await new_page();
    await page.goto("/users");
    const role = page.getByLabel(`Role of ${admin.username}`);
    await role.selectOption("user");
    await page.getByRole("alert").waitFor();
    await eventually("it shows admin again", async () => (await role.inputValue()) === "admin");
    await page.getByRole("switch", { name: `${admin.username} may sign in` }).click();
    await eventually("it shows on again", () => page.getByRole("switch", { name: `${admin.username} may sign in` }).isChecked());
    assert.equal((await as_admin("GET", "/api/me")).role, "admin");
  });

  test("a new password holds, and the old one does not", async () => {
    const page = await new_page();
    await page.goto("/users");
    await page.getByRole("button", { name: /for jonas/ }).click();
    await page.getByRole("textbox", { name: "New password" }).fill("the second password");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal((await call("POST", "/api/login", { body: jonas })).status, 401);
    jonas.password = "the second password";
    assert.equal((await call("POST", "/api/login", { body: jonas })).status, 200);
  });

  test("somebody who is disabled is out at once", async () => {
    forget(jonas);
    const theirs = await new_page({ user: jonas });
    await theirs.goto("/agents");
    await theirs.getByText("No agents yet").waitFor();
    const page = await new_page();
    await page.goto("/users");
    await page.getByRole("switch", { name: "jonas may sign in" }).click();
    await theirs.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal((await call("POST", "/api/login", { body: jonas })).status, 401);
  });
});
