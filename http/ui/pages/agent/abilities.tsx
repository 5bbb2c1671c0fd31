import { useEffect, useState } from "preact/hooks";
import { api, type Ability, type AgentBody } from "../../api";
import { Mark, type MarkName } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { useResource } from "../../lib/resource";

const settle = 300; // ms after the last change

const words: Record<Ability["may"], readonly [MarkName, string, string]> = {
  freely: ["ok", "on its own", ""],
  without_outside_text: ["hand", "at first only", "is-warn"],
  never: ["off", "never", "faint"],
};

/// The uses of each tool, in the server's order. Where a tool has one answer for all of its uses, that is one line.
function by_tool(all: readonly Ability[]): Ability[] {
  const out: Ability[] = [];
  for (const tool of new Set(all.map((a) => a.tool))) {
    const uses = all.filter((a) => a.tool === tool);
    const first = uses[0]!;
    if (uses.every((u) => u.may === "never" && u.sentence === first.sentence)) out.push({ ...first, use: uses.length > 1 ? "Use it at all" : first.use });
    else out.push(...uses);
  }
  return out;
}

/// What the agent, as it stands in the form, can really do while nobody watches: in the words of the server, which decides by
/// the same rule when the time comes.
export function Abilities({ agent_id, tools, subagents }: { agent_id: string | null; tools: AgentBody["allowed_tools"]; subagents: boolean }) {
  const wanted = JSON.stringify({ allowed_tools: tools, can_create_subagents: subagents, ...(agent_id ? { agent_id } : {}) });
  const [asked, set_asked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => set_asked(wanted), settle);
    return () => clearTimeout(timer);
  }, [wanted]);
  const nothing_named = Array.isArray(tools) && tools.length === 0;
  const found = useResource(nothing_named ? null : `abilities ${asked}`, (s) => api.abilities(asked, s));
  return (
    <section class="stack gap-4" aria-labelledby="abilities-head">
      <h2 id="abilities-head" class="legend-label">What it can really do on its own</h2>
      {nothing_named ? <p class="dim">Nothing but answer: no tool is ticked.</p> : (
        <Loaded of={found} what="what it can do">
          {(all) => (
            <ul class="abilities">
              {by_tool(all).map((a) => {
                const [mark, word, colour] = words[a.may];
                return (
                  <li key={a.tool + a.use}>
                    <span><b>{a.use}</b> <span class="mono faint">{a.tool}</span></span>
                    <span class={`state ${colour}`}><Mark name={mark} />{word}</span>
                    <p class="dim">{a.sentence}</p>
                  </li>
                );
              })}
            </ul>
          )}
        </Loaded>
      )}
    </section>
  );
}
