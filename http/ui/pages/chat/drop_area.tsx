import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../components/icon";

interface Props {
  /// Why nothing can be dropped; null where something can.
  why_none: string | null;
  what: string;
  on_files: (files: File[]) => void;
}

const has_files = (e: DragEvent) => e.dataTransfer?.types.includes("Files") ?? false;

/// Covers the thread while files are dragged over the window, and says what happens when they are let go.
export function DropArea(props: Props) {
  const latest = useRef(props);
  latest.current = props;
  const [over, set_over] = useState(false);
  useEffect(() => {
    let depth = 0; // each element on the way is entered and left
    const end = () => { depth = 0; set_over(false); };
    const on_enter = (e: DragEvent) => {
      if (!has_files(e) || document.querySelector("dialog[open]")) return;
      e.preventDefault();
      depth += 1;
      set_over(true);
    };
    const on_over = (e: DragEvent) => {
      if (!has_files(e)) return;
      e.preventDefault(); // else the browser would leave the app and show the file
      if (e.dataTransfer) e.dataTransfer.dropEffect = latest.current.why_none === null && !document.querySelector("dialog[open]") ? "copy" : "none";
    };
    const on_leave = (e: DragEvent) => {
      if (!has_files(e)) return;
      depth -= 1;
      if (depth <= 0) end();
    };
    const on_drop = (e: DragEvent) => {
      if (!has_files(e)) return;
      e.preventDefault();
      end();
      const files = [...(e.dataTransfer?.files ?? [])];
      if (latest.current.why_none === null && !document.querySelector("dialog[open]") && files.length > 0) latest.current.on_files(files);
    };
    addEventListener("dragenter", on_enter);
    addEventListener("dragover", on_over);
    addEventListener("dragleave", on_leave);
    addEventListener("drop", on_drop);
    return () => {
      removeEventListener("dragenter", on_enter);
      removeEventListener("dragover", on_over);
      removeEventListener("dragleave", on_leave);
      removeEventListener("drop", on_drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div class={`drop${props.why_none === null ? "" : " drop--none"}`} role="status">
      <p><Icon name={props.why_none === null ? "clip" : "x"} />{props.why_none === null ? <span><b>Let go to attach.</b> {props.what}</span> : <span><b>Nothing can be attached.</b> {props.why_none}</span>}</p>
    </div>
  );
}
