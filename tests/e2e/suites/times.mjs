import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, eventually, new_page } from "../support/world.mjs";

/// What a cell with milliseconds says: `<0.01`, `0.02`, `31`, `1,040`; NaN where nothing was measured.
const ms = (text) => Number(text.trim().replace(/^</, "").replaceAll(",", "") || NaN);

suite("Times", () => {
  test("an actor that takes 50 ms for each tenth message shows p50 < 5 ms and p99 ≥ 50 ms, in the tree and in full", async () => {
    const page = await new_page();
    await page.goto("/actors?path=%2Ftest%2Fsleeper");
    const busy = page.getByRole("complementary", { name: "Actor /test/sleeper" }).getByRole("row", { name: /^Busy with it/ }).getByRole("cell");
    const shown = async () => (await busy.allInnerTexts()).map(ms);
    const [p50, p99] = await eventually("enough of its messages were measured", async () => {
      const values = await shown();
      return values.length === 2 && values[1] >= 50 && values;
    });
    assert.ok(p50 < 5, `p50 is ${p50} ms`);
    assert.ok(p99 >= 50 && p99 < 1000, `p99 is ${p99} ms`);

    await page.keyboard.press("Escape");
    const row = page.locator('tr[data-path="/test/sleeper"]');
    const heads = await page.getByRole("columnheader").allInnerTexts();
    const cells = (await row.locator("th, td").allInnerTexts()).map((t) => t.trim());
    const column = (name) => heads.findIndex((h) => h.replace(/\s+/g, " ").trim().startsWith(name));
    assert.ok(ms(cells[column("busy p50")]) < 5, `the tree says ${cells.join(" | ")} below ${heads.join(" | ")}`);
    assert.ok(ms(cells[column("busy p50") + 1]) >= 50, `the tree says ${cells.join(" | ")} below ${heads.join(" | ")}`);

    const [told] = (await as_admin("GET", "/api/actors")).filter((a) => a.path === "/test/sleeper");
    assert.ok(told.busy_ms.p50 < 5 && told.busy_ms.p99 >= 50, JSON.stringify(told));
  });
});
