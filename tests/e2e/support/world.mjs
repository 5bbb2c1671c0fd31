// What all suites share: one server, one browser, and the people who use it.
import { chromium } from "playwright-core";
import { Server } from "./server.mjs";

export const admin = { username: "marta", password: "correct horse battery" };
export const looks = [
  { name: "light", viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  { name: "dark", viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  { name: "390 px", viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true, hasTouch: true },
];
/// ms; long enough for a machine that builds beside it. Nothing waits this long when all is well.
export const patience = Number(process.env.OAI_PATIENCE ?? 60_000);

export const server = new Server();
let browser = null;
const states = new Map();
const contexts = new Set();
/// What a browser complained about: broken rules of the content security policy and uncaught errors.
export const complaints = [];

export async function open_world() {
  await server.start();
  browser = await chromium.launch({
    executablePath: process.env.OAI_WEB_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    timeout: 2 * patience,
  });
}

export async function close_world() {
  await browser?.close();
  await server.remove();
}

/// A request as a program makes it: no cookies, the answer as { status, body }.
export async function call(method, path, { body, headers = {}, cookie } = {}) {
  const answer = await fetch(server.url + path, {
    method, redirect: "manual",
    headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(cookie ? { Cookie: cookie } : {}), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  let parsed = text;
  try { parsed = JSON.parse(text); } catch { /* not JSON */ }
  return { status: answer.status, body: parsed, headers: answer.headers };
}

const cookie_of = (answer) => (answer.headers.getSetCookie() ?? []).map((c) => c.split(";")[0]).join("; ");

/// The cookie of somebody who has an account; the first admin is made when there is none.
export function cookie_for(user = admin) {
  if (!states.has(user.username)) {
    const signing_in = sign_in(user); // kept as a promise: tests that ask side by side sign in once
    states.set(user.username, signing_in);
    signing_in.catch(() => forget(user));
  }
  return states.get(user.username);
}

async function sign_in(user) {
  let answer = await call("POST", "/api/login", { body: user });
  if (answer.status === 401 && user === admin) answer = await call("POST", "/api/setup", { body: admin });
  if (answer.status !== 200 && answer.status !== 201) throw new Error(`${user.username} cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
  return cookie_of(answer);
}

/// Forgets a cookie that a test made worthless.
export const forget = (user) => states.delete(user.username);

/// A request as the admin, or as `user`; throws unless the answer is 2xx.
export async function as_admin(method, path, body, user = admin) {
  const answer = await call(method, path, { body, cookie: await cookie_for(user) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/// A browser page. `user`: who is signed in, null for nobody.
export async function new_page({ user = admin, look = looks[0], permissions } = {}) {
  const { name: _, ...shape } = look;
  const context = await browser.newContext({ ...shape, reducedMotion: "reduce", baseURL: server.url, ...(permissions ? { permissions } : {}) });
  contexts.add(context);
  context.setDefaultTimeout(patience);
  if (user) {
    const [name, value] = (await cookie_for(user)).split(/=(.*)/s);
    await context.addCookies([{ name, value, url: server.url }]);
  }
  const page = await context.newPage();
  page.on("console", (m) => { if (/content security policy/i.test(m.text())) complaints.push(m.text()); });
  page.on("pageerror", (e) => complaints.push(`${page.url()}: ${e.stack ?? e.message}`));
  return page;
}

/// Closes what a test opened.
export async function close_pages() {
  for (const context of contexts) await context.close();
  contexts.clear();
}

/// Asks again until `probe` gives something truthy, which it returns.
export async function eventually(what, probe, limit = patience) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${limit / 1000} s: ${what} (last: ${last?.message ?? JSON.stringify(last)})`);
    await new Promise((r) => setTimeout(r, 60));
  }
}

let number = 0;
/// A name that no other test uses.
export const fresh = (word) => `${word} ${process.pid % 1000}-${++number}`;

/// Makes an agent with the demo model.
export const make_agent = (prompt, more = {}) => as_admin("POST", "/api/agents", { name: fresh("Agent"), prompt, model: "demo:scripted", ...more });
