import { Icon } from "../../components/icon";

/// How the model came to its answer, folded; its words are plain text.
export function ReasoningView({ text, live }: { text: string; live: boolean }) {
  return (
    <details class="aside-note">
      <summary><Icon name="right" small turner /><Icon name="model" small /><span>{live ? "Thinking…" : "Reasoning"}</span></summary>
      <div class="in said" tabIndex={0} role="group" aria-label="Reasoning">{text.trim()}</div>
    </details>
  );
}

/// Says that earlier messages went to the model as a summary, which can be read.
export function SummaryNote({ text }: { text: string }) {
  return (
    <details class="aside-note">
      <summary><Icon name="right" small turner /><Icon name="file" small /><span>Earlier messages were summarised</span></summary>
      <div class="in" tabIndex={0} role="group" aria-label="Summary of earlier messages">
        <p class="faint">The chat had become too long for the model. From here on it reads this in their place; you still see them all.</p>
        <p class="said">{text}</p>
      </div>
    </details>
  );
}
