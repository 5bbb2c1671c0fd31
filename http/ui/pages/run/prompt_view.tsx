import { api, type Run, type Step } from "../../api";
import { Code, Json } from "../../components/code";
import { Loaded } from "../../components/loaded";
import { useResource } from "../../lib/resource";

interface ModelInput { prompt?: unknown; turn?: unknown; task?: unknown; input?: unknown }
const input_of = (step: Step | undefined): ModelInput => (step?.input as ModelInput | null) ?? {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/// The prompt that a model's step names, or the one before it did: it is written down only where it changed.
export function prompt_of(step: Step, steps: readonly Step[]): string {
  return text(input_of(steps.filter((s) => s.kind === "model" && s.seq <= step.seq && typeof input_of(s).prompt === "string").at(-1)).prompt);
}

/// What the model was told in this step, as it was sent: system prompt, tools, the words of the turn, what came from outside,
/// and then what the steps before hold.
export function PromptView({ run, step, steps }: { run: Run; step: Step; steps: readonly Step[] }) {
  const hash = prompt_of(step, steps);
  const prompts = useResource(hash ? `prompts ${run.id} ${hash}` : null, (s) => api.prompts(run.id, s));
  const first = input_of(steps.filter((s) => s.kind === "model" && s.seq <= step.seq && typeof input_of(s).task === "string").at(-1));
  const turn = text(first.turn) || run.message || text(first.task);
  const before = steps.filter((s) => s.seq < step.seq);
  return (
    <div class="stack gap-4">
      {hash ? (
        <Loaded of={prompts} what="the prompt">
          {(all) => {
            const told = all.find((p) => p.hash === hash);
            if (!told) return <p class="faint">The prompt is not kept any more.</p>;
            return (
              <>
                <Code title="System prompt" text={told.system} />
                <details><summary>{told.tools.length === 0 ? "No tools were offered" : `Tools: ${told.tools.map((t) => t.name).join(", ")}`}</summary>{told.tools.length > 0 && <Json title="Tools" value={told.tools} />}</details>
              </>
            );
          }}
        </Loaded>
      ) : <p class="faint">This run is from before prompts were kept.</p>}
      {turn && <Code title="The words of the turn" text={turn} />}
      {text(first.input) && <Code title="From outside, marked as such" text={text(first.input)} />}
      {before.length > 0 && <p class="dim">Then, in order: <a href={`/runs/${run.id}?step=${before[0]!.seq}`}>{before.length === 1 ? `step ${before[0]!.seq}` : `steps ${before[0]!.seq} to ${before.at(-1)!.seq}`}</a>, its answers and what its tools answered.{run.kind === "chat" && " Before all of it stand the earlier turns of the conversation."}</p>}
    </div>
  );
}
