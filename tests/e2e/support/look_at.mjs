// What a page looks like: axe's findings, its width, and a picture where one is wanted.
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env.OAI_WEB_E2E_PICTURES; // a folder; where it is named, each page in each look is kept as a picture
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Page → look → what is wrong with it; printed at the end.
export const seen = new Map();

const of_colour = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

async function violations(page, runOnly) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(`${axe};0`);
  const found = await page.evaluate((only) => window.axe.run(document, { runOnly: only, resultTypes: ["violations"] }), runOnly);
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

/// Looks at what `page` shows now and keeps the findings under `name` and the name of the look; answers them.
/// `what` "colours": only what another theme can change, of a page that was looked at already.
export async function look_at(page, name, look, what = "all") {
  const wrong = await violations(page, what === "all" ? rules : of_colour);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 1) wrong.push(`${wide} px wider than the screen`);
  if (pictures) {
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name} ${look}.png`.replace(/[ ,]+/g, "-")) });
  }
  if (!seen.has(name)) seen.set(name, {});
  seen.get(name)[look] = wrong;
  return wrong;
}
