import type { Agent, AgentBody, Model, Tool } from "../../api";

const format = "oai-web-agent"; // `format` of the file
const version = 1;
export const most_bytes = 1024 * 1024;

type Kind = "text" | "text or null" | "number" | "number or null" | "yes or no" | "tools";
const kinds: Readonly<Record<keyof AgentBody, Kind>> = {
  name: "text", prompt: "text", model: "text", description: "text or null", allowed_tools: "tools", can_create_subagents: "yes or no",
  schedule: "text or null", enabled: "yes or no", max_tool_calls: "number or null", prompt_mode: "text", fallback_model: "text or null",
  max_concurrent_runs: "number or null", budget_day_usd: "number or null", budget_month_usd: "number or null", missed_runs: "text",
  missed_runs_max: "number", schedule_jitter_s: "number", allow_overlap: "yes or no",
};
const fields = Object.keys(kinds) as (keyof AgentBody)[];

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case "text": return typeof value === "string";
    case "text or null": return value === null || typeof value === "string";
    case "number": return typeof value === "number";
    case "number or null": return value === null || typeof value === "number";
    case "yes or no": return typeof value === "boolean";
    case "tools": return value === "all" || value === "none" || (Array.isArray(value) && value.every((v) => typeof v === "string"));
  }
}

/// The file of an agent: what defines it, and nothing of its runs, webhooks or owner.
export const file_of = (agent: Agent): Blob =>
  new Blob([`${JSON.stringify({ format, version, agent: Object.fromEntries(fields.map((k) => [k, agent[k]])) }, null, 2)}\n`], { type: "application/json" });

export const file_name = (agent: Agent) => `agent-${agent.name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "export"}.json`;

export interface Import { body: Partial<AgentBody>; errors: string[] }

/// Reads such a file. Whatever it says, the agent is off until somebody switches it on.
export function read_file(text: string): Import {
  const refuse = (...errors: string[]): Import => ({ body: {}, errors });
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (e) {
    return refuse(`The file is not JSON: ${e instanceof Error ? e.message : String(e)}`);
  }
  const outer = whole as { format?: unknown; version?: unknown; agent?: unknown } | null;
  if (outer === null || typeof outer !== "object" || outer.format !== format) return refuse("This is no file of an agent: “format” has to be “oai-web-agent”.");
  if (outer.version !== version) return refuse(`The file has version ${String(outer.version)}; this server reads version ${version}.`);
  const agent = outer.agent;
  if (agent === null || typeof agent !== "object" || Array.isArray(agent)) return refuse("“agent” has to be an object.");
  const errors = [
    ...Object.keys(outer).filter((k) => !["format", "version", "agent"].includes(k)).map((k) => `“${k}” is not known here.`),
    ...Object.keys(agent).filter((k) => !(k in kinds)).map((k) => `“agent.${k}” is not known here.`),
    ...fields.filter((k) => k in agent && !fits((agent as Record<string, unknown>)[k], kinds[k])).map((k) => `“agent.${k}” has to be ${kinds[k] === "tools" ? "“all”, “none” or a list of names" : kinds[k]}.`),
    ...(["name", "prompt", "model"] as const).filter((k) => !(k in agent)).map((k) => `“agent.${k}” is missing.`),
  ];
  return errors.length > 0 ? { body: {}, errors } : { body: { ...(agent as Partial<AgentBody>), enabled: false }, errors: [] };
}

/// What the agent of a file brings with it that deserves a look, in sentences.
export function what_it_brings(body: Partial<AgentBody>, tools: readonly Tool[], models: readonly Model[]): string[] {
  const out: string[] = [];
  const named = Array.isArray(body.allowed_tools) ? body.allowed_tools : [];
  const lacking = named.filter((n) => !tools.some((t) => t.name === n) && !n.startsWith("mcp__"));
  if (body.allowed_tools === "all") out.push("It may use all tools that you may use.");
  if (named.length > 0) out.push(`It names ${named.join(", ")}: these it uses without asking.`);
  if (lacking.length > 0) out.push(`This server has no ${lacking.join(", ")}: untick it before you save.`);
  if (body.model && !models.some((m) => m.id === body.model)) out.push(`This server has no model ${body.model}: choose another.`);
  if (body.can_create_subagents) out.push("It may make sub-agents.");
  if (body.schedule) out.push(`Its schedule is ${body.schedule}.`);
  if (body.prompt_mode === "agent_only") out.push("Its prompt replaces the server’s own.");
  return out;
}
