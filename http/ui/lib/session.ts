import { signal } from "@preact/signals";
import { api, when_signed_out, ApiError, type Me, type Theme } from "../api";
import { apply_theme, remembered_theme } from "./theme";
import { navigate, url } from "./router";

/// Who is signed in; null: nobody; undefined: not known yet.
export const me = signal<Me | null | undefined>(undefined);
/// Why the first question to the server failed, when it did.
export const start_error = signal<ApiError | null>(null);

export const is_admin = () => me.value?.role === "admin";

/// Asks who is signed in and shows their theme. Leads to /setup or /login when nobody is.
export async function load_session(): Promise<void> {
  start_error.value = null;
  try {
    const who = await api.me();
    me.value = who;
    if (who.theme) apply_theme(who.theme);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) leave(error);
    else start_error.value = error;
  }
}

/// Shows the page that lets somebody in.
function leave(error: ApiError): void {
  me.value = null;
  const path = url.value.pathname;
  if (error.type.endsWith("setup-required")) {
    if (path !== "/setup") navigate("/setup", "replace", "now");
  } else if (path !== "/login" && path !== "/setup") {
    const next = path === "/" ? "" : `?next=${encodeURIComponent(path + url.value.search)}`;
    navigate(`/login${next}`, "replace", "now");
  }
}

/// Shows a theme at once and keeps it with the account; shows the one before when that fails.
export async function choose_theme(theme: Theme): Promise<void> {
  const before = me.value?.theme ?? remembered_theme();
  const show = (t: Theme) => { apply_theme(t); if (me.value) me.value = { ...me.value, theme: t }; };
  show(theme);
  try {
    await api.update_me({ theme });
  } catch (e) {
    show(before);
    throw e;
  }
}

/// A path of our own from `?next=`, never another site's address.
export function safe_next(next: string | null): string {
  if (!next || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  return /^\/(login|setup)(\/|\?|$)/.test(next) ? "/" : next;
}

export async function sign_out(everywhere: boolean): Promise<void> {
  await api.logout(everywhere);
  me.value = null;
  navigate("/login", "push", "now");
}

when_signed_out(leave);
