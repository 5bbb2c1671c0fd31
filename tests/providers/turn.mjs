// One chat turn through the public API.
import { eventually } from "../support/program.mjs";

/// Says `text` to `model` in a conversation of its own; answers { run, messages } once it has ended.
export async function turn(program, model, text, { limit = 60_000 } = {}) {
  const conversation = await program.admin("POST", "/api/conversations", { model });
  const { run_id } = await program.admin("POST", `/api/conversations/${conversation.id}/messages`, { text });
  const run = await eventually(`the run with ${model} ends`, async () => {
    const now = await program.admin("GET", `/api/runs/${run_id}`);
    return ["success", "error", "stopped"].includes(now.status) && now;
  }, { limit, every: 15 });
  const { messages } = await program.admin("GET", `/api/conversations/${conversation.id}`);
  return { run, messages, answer: messages.at(-1) };
}
