import { useEffect, useState } from "preact/hooks";
import { Button } from "./button";

/// Puts text into the clipboard; falls back to a selection where the page has no right to it (plain http).
export async function copy_text(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    const ok = document.execCommand("copy");
    area.remove();
    return ok;
  }
}

/// A small button that copies, and says so for a moment.
export function CopyButton({ text, what, label = "Copy" }: { text: string; what?: string; label?: string }) {
  const [state, set_state] = useState<"" | "Copied" | "Not copied">("");
  useEffect(() => {
    if (!state) return;
    const timer = setTimeout(() => set_state(""), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <>
      <span class="copied" role="status">{state}</span>
      <Button kind="quiet" small icon={state === "Copied" ? "check" : "copy"} onClick={async () => set_state((await copy_text(text)) ? "Copied" : "Not copied")}>
        {label}{what && <span class="vh"> {what}</span>}
      </Button>
    </>
  );
}
