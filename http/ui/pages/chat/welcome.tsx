import type { Agent } from "../../api";

const examples = [
  ["/say Hello there", "it says that"],
  ["/slow 5 One word after the other", "it streams for five seconds"],
  ["/tool time {}", "it calls a tool"],
  ['/tool filesystem {"action": "write", "path": "hello.txt", "content": "Hello"}', "it asks before it writes a file"],
] as const;

/// What an empty chat shows: what one can try with the model that is chosen. An example goes into the field, to be sent or changed.
export function Welcome({ demo, on_try }: { demo: boolean; on_try: (text: string) => void }) {
  return (
    <div class="turns" tabIndex={0} role="region" aria-label="New chat">
      <div class="empty">
        <h2>What is to be done?</h2>
        {demo ? (
          <>
            <p>The demo model does what single lines tell it. Try one of these:</p>
            <ul class="stack gap-4">
              {examples.map(([text, what]) => <li key={text}><button type="button" class="link-button" onClick={() => on_try(text)}><code class="break">{text}</code></button> <span class="dim">{what}</span></li>)}
            </ul>
          </>
        ) : <p>Write a message below. Answers stream in; tools show what they do, and those that change something ask first.</p>}
      </div>
    </div>
  );
}

/// What an empty chat with an agent shows.
export function AgentWelcome({ agent }: { agent: Agent }) {
  return (
    <div class="turns" tabIndex={0} role="region" aria-label="New chat">
      <div class="empty">
        <h2>Talk with {agent.name}</h2>
        {agent.description && <p>{agent.description}</p>}
        <p>It answers with its own prompt, model and tools. What changes something asks you first, as in every chat.</p>
        <a href={`/agents/${agent.id}?tab=definition`}>How it is defined</a>
      </div>
    </div>
  );
}
