import type { Model } from "../api";

const provider_names: Record<string, string> = { anthropic: "Anthropic", openai: "OpenAI", openrouter: "OpenRouter", demo: "Built in" };
/// A provider as people write it; a model server as it was named.
export const provider_name = (provider: string) => provider_names[provider] ?? provider;

/// What a model can do beyond text, as badges.
export function badges_of(m: Model): string[] {
  const c = m.capabilities;
  return [c.vision && "vision", c.tools && "tools", c.pdf && "PDF", c.online && "online"].filter((b) => b !== false);
}

/// A context length as `200 K`, `1 M`; `–` where it is unknown.
export function context_of(m: Model): string {
  const n = m.context_length;
  if (n <= 0) return "–";
  return n >= 1_000_000 ? `${Math.round(n / 100_000) / 10} M` : n >= 1000 ? `${Math.round(n / 1000)} K` : String(n);
}

/// USD for a million tokens: `0.25`, `0.0375`; `–` where it is unknown.
export function price(usd: number | null): string {
  if (usd === null) return "–";
  return usd === 0 || usd >= 0.1 ? usd.toFixed(2) : String(Number(usd.toFixed(4)));
}

export const is_free = (m: Model) => m.pricing.prompt === 0 && m.pricing.completion === 0;

/// In and out in one: `$3.00 / $15.00`, `free`, `–`.
export function prices_of(m: Model): string {
  if (is_free(m)) return "free";
  const { prompt, completion } = m.pricing;
  return prompt === null && completion === null ? "–" : `${prompt === null ? "–" : `$${price(prompt)}`} / ${completion === null ? "–" : `$${price(completion)}`}`;
}

/// Models by provider, in the order in which the providers first appear; what is built in comes last.
export function by_provider(models: readonly Model[]): [string, Model[]][] {
  const groups = new Map<string, Model[]>();
  for (const m of models) {
    const group = groups.get(m.provider);
    if (group) group.push(m);
    else groups.set(m.provider, [m]);
  }
  return [...groups].sort(([a], [b]) => Number(a === "demo") - Number(b === "demo"));
}

/// True where every word of `text` is in the model's name, id or badges.
export function matches(m: Model, text: string): boolean {
  const all = `${m.id} ${m.name} ${provider_name(m.provider)} ${badges_of(m).join(" ")}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
