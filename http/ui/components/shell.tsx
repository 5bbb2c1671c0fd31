import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { navigate } from "../lib/router";
import { useKeys } from "../lib/keys";
import { KeyList } from "./key_list";
import { LeaveDialog } from "./leave_dialog";
import { Nav } from "./nav";
import { Palette } from "./palette";

/// What stands around every page of somebody who is signed in.
export function Shell({ children }: { children: ComponentChildren }) {
  const [over, set_over] = useState<"" | "palette" | "keys">("");
  useKeys({ c: () => navigate("/"), "?": () => set_over("keys") });
  useLayoutEffect(() => {
    const on_key = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== "k") return;
      const open = document.querySelector("dialog[open]");
      if (open && !open.classList.contains("palette")) return; // never a modal on a modal
      e.preventDefault();
      set_over((o) => (o === "palette" ? "" : "palette"));
    };
    addEventListener("keydown", on_key);
    return () => removeEventListener("keydown", on_key);
  }, []);
  return (
    <>
      <a class="skip" href="#main">Skip to the content</a>
      <div class="shell">
        <Nav open_palette={() => set_over("palette")} />
        {children}
      </div>
      {over === "palette" && <Palette on_close={() => set_over("")} show_keys={() => set_over("keys")} />}
      <LeaveDialog />
      {over === "keys" && <KeyList on_close={() => set_over("")} />}
    </>
  );
}
