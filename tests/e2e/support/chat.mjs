// What the suites do on the chat page.
import { eventually, new_page } from "./world.mjs";

export async function new_chat(options) {
  const page = await new_page(options);
  await page.goto("/");
  await page.locator("#say").waitFor();
  return page;
}

/// Writes and sends.
export async function say(page, text) {
  await page.locator("#say").fill(text);
  await page.keyboard.press("Enter");
}

export const last_turn = (page) => page.locator("article.turn").last();
/// The text of the last turn, without what stands around it.
export const last_text = async (page) => (await last_turn(page).locator(".prose").allInnerTexts()).join("\n");

/// Waits until the turn is over: its steps can be looked at.
export async function over(page, turns = 1) {
  await eventually(`${turns} finished turns`, async () => (await page.locator("article.turn:not(.turn--you)").count()) >= turns && (await page.locator('article.turn[aria-busy="true"]').count()) === 0 && (await last_turn(page).locator('a[href^="/runs/"]').count()) === 1);
}

/// The id of the conversation that the page shows.
export const chat_id = (page) => eventually("the address of the chat", () => /\/chat\/([^/?]+)/.exec(page.url())?.[1]);
