import { signal } from "@preact/signals";

/// The address the app shows. Read it in a component to follow it.
export const url = signal(new URL(location.href));

/// How often the address changed since the page was loaded; 0 means that the browser put the focus, not we.
export const moves = signal(0);

/// Asked before another address is shown, with what shows it; false: not now. Set once, by lib/unsaved.ts.
let may_leave: (go: () => void) => boolean = () => true;
export function before_leaving(ask: (go: () => void) => boolean): void {
  may_leave = ask;
}

/// Goes to a path of the app, for example `/agents/ID?tab=runs`. `now`: without asking about what is not saved.
export function navigate(to: string, how: "push" | "replace" = "push", when: "asking" | "now" = "asking"): void {
  const next = new URL(to, location.href);
  if (next.href === url.value.href) return;
  if (when === "asking" && !may_leave(() => navigate(to, how, "now"))) return;
  if (how === "replace") history.replaceState(null, "", next);
  else history.pushState(null, "", next);
  const other_page = next.pathname !== url.value.pathname;
  url.value = next;
  if (other_page && how === "push") moves.value += 1;
}

/// Changes one parameter of the query and leaves the rest; null takes it away.
export function set_query(name: string, value: string | null): void {
  const next = new URL(url.value);
  if (value === null) next.searchParams.delete(name);
  else next.searchParams.set(name, value);
  navigate(next.pathname + next.search, "replace");
}

/// True for addresses that the app itself shows; the others are the server's.
function is_page(target: URL): boolean {
  return target.origin === location.origin && !/^\/(api|assets|webhook|health|metrics)(\/|$)/.test(target.pathname);
}

function on_click(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
  const target = new URL(link.href);
  if (!is_page(target)) return;
  if (target.hash && target.pathname === location.pathname) return;
  event.preventDefault();
  navigate(target.pathname + target.search + target.hash);
}

/// Starts following links and the browser's back and forward buttons. Called once.
export function start_router(): void {
  document.addEventListener("click", on_click);
  addEventListener("popstate", () => {
    const to = location.href;
    if (!may_leave(() => navigate(to, "push", "now"))) {
      history.pushState(null, "", url.value); // the browser has gone already
      return;
    }
    url.value = new URL(location.href);
    moves.value += 1;
  });
}
