import { api, type Agent, type Target, type ToldEnds } from "../../api";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { offline_since } from "../../lib/connection";
import { useResource } from "../../lib/resource";

const ends: readonly (readonly [ToldEnds | "", string])[] = [["", "nothing"], ["both", "each end"], ["success", "success only"], ["error", "errors only"]];

/// Which targets are told how the agent's runs end; saved as soon as it is chosen.
export function ToldTargets({ agent }: { agent: Agent }) {
  const targets = useResource("targets", (s) => api.targets(s));
  const told = useResource(`told ${agent.id}`, (s) => api.agent_targets(agent.id, s));
  const act = useAct();
  const set = (target: Target, tell: ToldEnds | "") => void act.run(async () => {
    const others = told.data!.targets.filter((t) => t.target_id !== target.id);
    const saved = await api.set_agent_targets(agent.id, { targets: tell ? [...others, { target_id: target.id, tell }] : others });
    told.set(() => saved);
  });
  return (
    <section class="set">
      <h2>Tell targets</h2>
      <p>How each of its runs ends is sent there as JSON, signed. It goes out with the end of the run, whatever happens to the server in between.</p>
      <FormError error={act.error} />
      <Loaded of={targets} what="the targets">
        {(all) => {
          const own = all.filter((t) => agent.owner_user_id === null || t.owner_user_id === agent.owner_user_id);
          if (own.length === 0) return <p class="dim">There is no target yet. <a href="/targets">Make one</a></p>;
          return (
            <ul class="plain-list stack gap-4">{own.map((t) => (
              <li key={t.id} class="head-row">
                <a href={`/targets?id=${t.id}`}>{t.name}</a><span class="grow" />
                <select class="select select--sm" aria-label={`What ${t.name} is told`} disabled={act.busy || !told.data || offline_since.value !== null} value={told.data?.targets.find((x) => x.target_id === t.id)?.tell ?? ""} onChange={(e) => set(t, e.currentTarget.value as ToldEnds | "")}>
                  {ends.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
                </select>
              </li>
            ))}</ul>
          );
        }}
      </Loaded>
    </section>
  );
}
