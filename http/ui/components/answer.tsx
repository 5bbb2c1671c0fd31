import { useEffect, useRef, useState } from "preact/hooks";
import type { Block } from "../lib/markdown";
import { Code } from "./code";

type Markdown = typeof import("../lib/markdown");
type Highlight = typeof import("../lib/highlight");

let markdown: Markdown | null = null;
let highlighter: Highlight | null = null;
let formulas = false;

/// Loads a part of the app at its first use and renders again when it is there.
function useLater<T>(have: () => T | null, load: () => Promise<unknown>, wanted: boolean): T | null {
  const [, again] = useState(0);
  useEffect(() => {
    if (!wanted || have()) return;
    let gone = false;
    load().then(() => { if (!gone) again((n) => n + 1); }, () => {}); // without it the text is shown as it is
    return () => { gone = true; };
  }, [wanted]);
  return have();
}

const load_markdown = async () => { markdown = await import("../lib/markdown"); };
const load_formulas = async () => { markdown?.set_formulas_with((await import("../lib/maths")).mathml); formulas = true; };
const load_highlight = async () => { highlighter = await import("../lib/highlight"); };

const too_long = 30_000; // characters of code; beyond it colouring would make the stream stutter

function CodeBlock({ lang, text }: { lang: string; text: string }) {
  const tool = useLater(() => highlighter, load_highlight, lang !== "");
  const html = tool && text.length < too_long ? tool.highlight(text, lang.toLowerCase()) : null;
  return <Code title={lang || "text"} text={text}>{html === null ? <code>{text}</code> : <code dangerouslySetInnerHTML={{ __html: html }} />}</Code>;
}

/// The text of a model as markdown; while it is being written, with a caret behind it.
export function Answer({ text, writing }: { text: string; writing?: boolean }) {
  const tool = useLater(() => markdown, load_markdown, true);
  const with_formulas = useLater(() => formulas || null, load_formulas, tool?.has_formula(text) ?? false);
  const last = useRef<Block[]>([]);
  const last_with = useRef(with_formulas);
  if (!tool) return <div class={`prose plain${writing ? " prose--writing" : ""}`}>{text}</div>;
  if (last_with.current !== with_formulas) last.current = []; // formulas were shown as they were written until now
  last_with.current = with_formulas;
  last.current = tool.blocks(text, last.current);
  return (
    <div class={`prose${writing ? " prose--writing" : ""}`}>
      {last.current.map((b, i) => (b.kind === "code" ? <CodeBlock key={i} lang={b.lang} text={b.text} /> : <div key={i} class="block" dangerouslySetInnerHTML={{ __html: b.html }} />))}
    </div>
  );
}
