import { api } from "../../api";
import { Loaded } from "../../components/loaded";
import { money, plural, total_words } from "../../lib/format";
import { useResource } from "../../lib/resource";

const limits = [["day", "Today"], ["month", "This month"]] as const;
const spans = [["day", "Last 24 hours"], ["month", "Last 30 days"], ["all", "Since the beginning"]] as const;

/// Tokens and cost of one's own chats and agents.
export function OwnUsage() {
  const usage = useResource("own usage", (s) => api.own_usage(s));
  return (
    <section class="set">
      <h2>What you have used</h2>
      <p>Tokens and cost of your chats and agents, as the providers’ prices had it.</p>
      <Loaded of={usage} what="what you have used">
        {(of) => (
          <div class="rows">
            {limits.map(([key, name]) => {
              const limit = of.budget[`${key}_usd`], spent = of.budget[`spent_${key}_usd`];
              return limit === null ? null : (
                <div key={`limit ${key}`} class="opt"><span class="t">{name}</span><p>{money(spent, spent < 1 ? 4 : 2)} of {money(limit, limit < 0.01 ? 4 : 2)} spent. {spent >= limit ? <b>No call of a model is made any more until the next {key}.</b> : `An administrator has set this limit. A call that would go over it is refused until the next ${key}.`}</p><div class="ctl"><span class={`meter${spent >= limit ? " meter--bad" : spent >= limit * 0.8 ? " meter--warn" : ""}`} role="meter" aria-label={`Budget, ${name.toLowerCase()}`} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={spent} style={{ "--v": limit > 0 ? Math.min(1, spent / limit) : 1 }} /></div></div>
              );
            })}
            {spans.map(([key, name]) => (
              <div key={key} class="opt"><span class="t">{name}</span><p>{of[key].runs === 0 ? "Nothing." : total_words(of[key])}{of[key].unpriced_runs > 0 && ` The price of ${plural(of[key].unpriced_runs, "run")} is unknown.`}</p><div class="ctl"><span class="faint">{plural(of[key].runs, "run")}</span></div></div>
            ))}
          </div>
        )}
      </Loaded>
    </section>
  );
}
