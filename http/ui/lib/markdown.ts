import DOMPurify from "dompurify";
import { Marked, type Token, type TokenizerAndRendererExtension, type Tokens } from "marked";

/// One block of an answer: code, which gets a head and a copy button, or clean HTML.
export type Block = { kind: "code"; raw: string; lang: string; text: string } | { kind: "html"; raw: string; html: string };

const escape = (s: string) => s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const inline_tags = /^<\/?(br|sub|sup|kbd|mark|u|s)\s*\/?>$/i; // what models write as HTML and what cannot mislead

/// An address that may become a link: somebody else's page or mail, never a script.
function outside(href: string): string | null {
  try {
    const target = new URL(href);
    return /^(https?|mailto):$/.test(target.protocol) ? target.href : null;
  } catch {
    return null;
  }
}

function link(href: string, inner: string): string {
  const target = outside(href);
  return target ? `<a href="${escape(target)}" target="_blank" rel="noopener noreferrer nofollow">${inner}</a>` : `${inner} (<code>${escape(href)}</code>)`;
}

type Setter = (tex: string, display: boolean) => string | null;
let setter: Setter = () => null;

/// Gives what sets formulas, once it is loaded; until then they are shown as they were written.
export function set_formulas_with(f: Setter): void {
  setter = f;
}

/// Whether there may be a formula in it. (`$5 and $6` is none: blocks() looks closer.)
export const has_formula = (text: string): boolean => /\$|\\[([]/.test(text);

function formula(tex: string, display: boolean): string {
  const set = setter(tex, display);
  if (!display) return set ?? `<code>${escape(tex)}</code>`;
  return `<div class="formula" tabindex="0" role="group" aria-label="Formula">${set ?? `<code>${escape(tex)}</code>`}</div>`;
}

/// `$$…$$` and `\[…\]` on lines of their own.
const block_formula: TokenizerAndRendererExtension = {
  name: "block_formula",
  level: "block",
  start: (src) => /(^|\n) {0,3}(\$\$|\\\[)/.exec(src)?.index,
  tokenizer(src) {
    const m = /^ {0,3}(?:\$\$([^$]+?)\$\$|\\\[([^]+?)\\\]) *(?:\n|$)/.exec(src);
    return m ? { type: "block_formula", raw: m[0], tex: (m[1] ?? m[2] ?? "").trim() } : undefined;
  },
  renderer: (token) => formula(token["tex"] as string, true),
};

/// `$…$` and `\(…\)` in a line. A dollar before a blank or a digit opens and closes nothing: those are prices.
const inline_formula: TokenizerAndRendererExtension = {
  name: "inline_formula",
  level: "inline",
  start: (src) => /\$|\\\(/.exec(src)?.index,
  tokenizer(src) {
    const m = /^(?:\$\$([^$\n]+?)\$\$|\$(?!\s)((?:\\.|[^\\$\n])+?)(?<!\s)\$(?!\d)|\\\((.+?)\\\))/.exec(src);
    return m ? { type: "inline_formula", raw: m[0], tex: (m[1] ?? m[2] ?? m[3] ?? "").trim() } : undefined;
  },
  renderer: (token) => formula(token["tex"] as string, false),
};

const marked = new Marked({
  extensions: [block_formula, inline_formula],
  gfm: true,
  breaks: true, // models and people mean the lines they write
  renderer: {
    html({ text }: Tokens.HTML | Tokens.Tag) {
      return inline_tags.test(text.trim()) ? text : escape(text);
    },
    link({ href, tokens }: Tokens.Link) {
      return link(href, this.parser.parseInline(tokens));
    },
    // A remote image would tell its server that, and when, it was looked at: it is shown as a link.
    image({ href, text }: Tokens.Image) {
      if (/^data:image\/(png|jpeg|gif|webp);base64,/.test(href)) return `<img src="${escape(href)}" alt="${escape(text)}">`;
      return link(href, `Image: ${escape(text || href)}`);
    },
    table(token: Tokens.Table) {
      const cell = (c: Tokens.TableCell, tag: "th" | "td") =>
        `<${tag}${tag === "th" ? ' scope="col"' : ""}${c.align === "right" ? ' class="num"' : ""}>${this.parser.parseInline(c.tokens)}</${tag}>`;
      const head = token.header.map((c) => cell(c, "th")).join("");
      const rows = token.rows.map((r) => `<tr>${r.map((c) => cell(c, "td")).join("")}</tr>`).join("");
      return `<div class="table-wrap" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
    },
    // An answer stands below the page's own heading.
    heading({ tokens, depth }: Tokens.Heading) {
      const level = Math.min(6, depth + 1);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    code({ text }: Tokens.Code) {
      return `<pre class="nested" tabindex="0" role="group" aria-label="Code"><code>${escape(text)}</code></pre>`;
    },
    checkbox({ checked }: Tokens.Checkbox) {
      return checked ? "☑ " : "☐ ";
    },
  },
});

const clean = (html: string) =>
  DOMPurify.sanitize(html, { ADD_ATTR: ["target"], FORBID_ATTR: ["style", "id", "name"], FORBID_TAGS: ["style", "form", "input", "button", "svg"] });

/// Markdown as blocks. `before` are the blocks of the last call for the same, shorter text: what did not change is not made again.
export function blocks(text: string, before: readonly Block[]): Block[] {
  const tokens = marked.lexer(text);
  const shown = tokens.filter((t) => t.type !== "space" && t.type !== "def");
  return shown.map((token: Token, i) => {
    const old = before[i];
    if (old && old.raw === token.raw) return old;
    if (token.type === "code") {
      const code = token as Tokens.Code;
      return { kind: "code", raw: token.raw, lang: (code.lang ?? "").split(/\s/)[0] ?? "", text: code.text };
    }
    return { kind: "html", raw: token.raw, html: clean(marked.parser(Object.assign([token], { links: tokens.links }))) };
  });
}
