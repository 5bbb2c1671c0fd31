import { api, type Agent } from "../../api";
import { useResource } from "../../lib/resource";

/// Which agent made this one, and those that it made.
export function Family({ agent }: { agent: Agent }) {
  const all = useResource("agents", (s) => api.agents(s));
  const maker = all.data?.find((a) => a.id === agent.parent_agent_id);
  const made = all.data?.filter((a) => a.parent_agent_id === agent.id) ?? [];
  if (!agent.parent_agent_id && made.length === 0) return null;
  return (
    <p class="dim">
      {agent.parent_agent_id && <>Made by {maker ? <a href={`/agents/${maker.id}`}>{maker.name}</a> : "an agent that is deleted"}, and never with more rights than that one. </>}
      {made.length > 0 && <>Made by it: {made.map((a, i) => <span key={a.id}>{i > 0 && ", "}<a href={`/agents/${a.id}`}>{a.name}</a></span>)}.</>}
    </p>
  );
}
