import type { Theme } from "../api";

const key = "oai-theme"; // the same word stands in theme_boot.ts

/// Shows the theme and remembers it in this browser for the time before sign-in.
export function apply_theme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Storage is switched off: the theme lasts until the page is left.
  }
}

/// The theme this browser saw last.
export function remembered_theme(): Theme {
  try {
    const theme = localStorage.getItem(key);
    if (theme === "light" || theme === "dark") return theme;
  } catch {
    // as above
  }
  return "system";
}
