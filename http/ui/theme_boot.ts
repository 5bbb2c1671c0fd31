// Runs before the first paint: takes the theme that this browser saw last, so that a dark page never flashes light.
// The key is the one of lib/theme.ts.
try {
  const theme = localStorage.getItem("oai-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
} catch {
  // Storage is switched off: the system decides.
}
