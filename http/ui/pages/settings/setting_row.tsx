import { useId } from "preact/hooks";
import type { Model, Setting } from "../../api";
import { Button } from "../../components/button";
import { Icon } from "../../components/icon";
import { sentence_of } from "../../lib/format";
import { me } from "../../lib/session";

/// What stands in the field: text for all but switches.
export type Draft = string | boolean;

const own_names: Record<string, string> = { "system:personality_soul": "SOUL", "system:personality_user": "USER" };
const brands: Record<string, string> = { openai: "OpenAI", openrouter: "OpenRouter", anthropic: "Anthropic" };

/// True for settings that name a model.
export const is_model = (s: Setting) => /^system:(default|fallback)_model$/.test(s.key);

/// `system:max_concurrent_runs` as `Max concurrent runs`.
export function name_of(key: string): string {
  if (own_names[key]) return own_names[key];
  const words = key.replace(/^[a-z]+:/, "").replace(/^security_/, "").replace(/_s$/, "").replaceAll("_", " ").replace(/\b(openai|openrouter|anthropic)\b/, (w) => brands[w]!);
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/\b(api|url|ip|http|ttl|usd|mcp)(s?)\b/gi, (_, w: string, s: string) => w.toUpperCase() + s);
}

/// A value as it stands in its field.
export function draft_of(s: Setting): Draft {
  const v = s.value ?? s.default;
  if (s.type === "boolean") return v === true || v === "1" || v === "true";
  if (s.type === "secret") return "";
  if (Array.isArray(v)) return v.join(", ");
  return v === null || v === undefined ? "" : String(v);
}

/// What is sent for what stands in the field.
export function value_of(s: Setting, draft: Draft): unknown {
  if (s.type === "integer") return /^-?\d+$/.test(String(draft).trim()) ? Number(draft) : draft;
  if (s.type === "prose") return String(draft).trim() === "" ? "" : draft;
  if (s.type === "string" || s.type === "url" || s.type === "secret") return String(draft).trim();
  if (s.type === "list") return String(draft).split(",").map((x) => x.trim()).filter(Boolean);
  return draft;
}

const shown_default = (s: Setting) => (s.type === "boolean" ? (s.default === true || s.default === "1" ? "on" : "off") : Array.isArray(s.default) ? s.default.join(", ") || "empty" : s.default === null || s.default === "" ? "empty" : String(s.default));
const sources: Record<string, string> = { config: "config.toml", environment: "the environment", "command line": "the command line" };

function Control({ s, draft, id, describedby, invalid, locked, models, on_change }: { s: Setting; draft: Draft; id: string; describedby: string; invalid: boolean; locked: boolean; models: readonly Model[] | undefined; on_change: (d: Draft) => void }) {
  const common = { id, disabled: locked, "aria-describedby": describedby, ...(invalid ? { "aria-invalid": "true" as const } : {}) };
  if (s.type === "boolean") return <input class="switch" type="checkbox" role="switch" {...common} checked={draft === true} onChange={(e) => on_change(e.currentTarget.checked)} />;
  if (s.type === "enum") return <select class="select setting-text" {...common} value={String(draft)} onChange={(e) => on_change(e.currentTarget.value)}>{(s.choices ?? []).map((c) => <option key={c} value={c}>{c}</option>)}</select>;
  if (s.type === "secret") return <input class="input setting-text" {...common} type="password" autocomplete="off" placeholder={s.set ? "set; type to replace" : "not set"} value={String(draft)} onInput={(e) => on_change(e.currentTarget.value)} />;
  if (s.type === "prose") return <textarea class="textarea setting-prose" {...common} rows={7} placeholder={s.key === "system:personality_soul" && !s.set ? me.value?.system_soul : undefined} value={String(draft)} onInput={(e) => on_change(e.currentTarget.value)} />;
  if (models) {
    return (
      <>
        <input class="input setting-text mono" {...common} list={`${id}-l`} spellcheck={false} placeholder={s.default === "" ? "none" : undefined} value={String(draft)} onInput={(e) => on_change(e.currentTarget.value)} />
        <datalist id={`${id}-l`}>{models.map((m) => <option key={m.id} value={m.id}>{m.name}</option>)}</datalist>
      </>
    );
  }
  if (s.type === "url") return <input class="input setting-text mono" {...common} type="url" inputMode="url" spellcheck={false} value={String(draft)} onInput={(e) => on_change(e.currentTarget.value)} />;
  const number = s.type === "integer";
  return <input class={number ? "input input--num" : "input setting-text"} {...common} inputMode={number ? "numeric" : undefined} spellcheck={false} value={String(draft)} onInput={(e) => on_change(e.currentTarget.value)} />;
}

interface Props { s: Setting; draft: Draft; changed: boolean; error: string | undefined; models?: readonly Model[]; on_change: (d: Draft) => void; on_reset: () => void }

/// One setting: its name, what it does, where its value is from, and its control.
export function SettingRow({ s, draft, changed, error, models, on_change, on_reset }: Props) {
  const id = useId();
  const fixed = sources[s.source];
  const note = `${id}-n`;
  const wide = s.type !== "integer" && s.type !== "boolean";
  return (
    <div class={`opt${changed ? " changed" : ""}${wide ? " stackable" : ""}${s.type === "prose" ? " opt--prose" : ""}`}>
      <label for={id}>{name_of(s.key)}</label>
      <p id={note}>
        {sentence_of(s.help)} {s.effect === "next_start" ? "Takes effect at the next start. " : s.effect === "next_run" ? "Holds for runs that start from then on. " : ""}<span class="src">{fixed ? `Set in ${fixed}; change it there and start again.` : s.source === "database" && s.type !== "secret" && s.type !== "prose" ? `Default ${shown_default(s)}.` : ""}</span>
        {s.type === "list" && !/comma/.test(s.help) && <span class="src"> Separated by commas.</span>}
        <span class="mono setting-key">{s.key}</span>
        {error && <span class="err is-bad" role="alert"><Icon name="x" small /> {error}</span>}
      </p>
      <div class="ctl">
        {s.source === "database" && !fixed && (s.type === "secret"
          ? <Button kind="danger" small server onClick={on_reset}>Remove<span class="vh"> {name_of(s.key)}</span></Button>
          : <Button kind="quiet" small server icon="rerun" label={`${name_of(s.key)} back to the default`} title="Back to the default" onClick={on_reset} />)}
        <Control s={s} draft={draft} id={id} describedby={note} invalid={error !== undefined} locked={fixed !== undefined} models={models} on_change={on_change} />
        {s.unit && <span class="faint">{s.unit}</span>}
      </div>
    </div>
  );
}
