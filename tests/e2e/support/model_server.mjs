// A small model server on loopback, for pages that need real providers: lists and chat completions as OpenRouter and other
// servers of this kind speak them. Its answers say what it was given.
import { createServer } from "node:http";
import { as_admin, eventually } from "./world.mjs";

const model = (id, name, context, [prompt, completion], takes, parameters) => ({
  id, name, context_length: context, pricing: { prompt, completion }, architecture: { input_modalities: takes }, supported_parameters: parameters, top_provider: { max_completion_tokens: 8192 },
});

/// Prices are USD for one token, as texts.
export const models = [
  model("house/seer", "Seer", 200_000, ["0.000003", "0.000015"], ["text", "image", "file"], ["tools"]),
  model("house/painter", "Painter", 128_000, ["0.00000025", "0.000002"], ["text", "image"], ["tools", "web_search_options"]),
  model("house/writer", "Writer", 32_768, ["0", "0"], ["text"], []),
  model("house/riddle", "Riddle", 0, ["-1", "-1"], ["text"], ["tools"]),
];
/// As many as OpenRouter has.
export const many = (n) => Array.from({ length: n }, (_, i) => model(`crowd/model-${i}`, `Crowd ${i}`, 8192 * (1 + (i % 9)), ["0.0000001", "0.0000004"], ["text"], ["tools"]));

/// What it says about a request: the words, and the files that came with them.
function seen(body) {
  const last = body.messages.filter((m) => m.role === "user").at(-1);
  if (typeof last.content === "string") return `Words: ${last.content}`;
  const size = (url) => `${url.slice(5, url.indexOf(";"))} ${Buffer.from(url.slice(url.indexOf(",") + 1), "base64").length} bytes`;
  return last.content.map((p) => (p.type === "text" ? `Words: ${p.text}` : p.type === "image_url" ? `Picture: ${size(p.image_url.url)}` : `File: ${p.file.filename} ${size(p.file.file_data)}`)).join("\n");
}

/// Answers { url, list, fail, keys, close }: what it lists, a status to fail with (0: none), and the keys that it saw.
export async function start_model_server() {
  const state = { list: models, fail: 0, keys: new Set() };
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => {
      const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? request.headers["x-api-key"];
      if (key) state.keys.add(key);
      const json = (status, object) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(object));
      if (state.fail) return json(state.fail, { error: { message: "The model server is out of order today", code: state.fail } });
      if (request.method === "GET") return json(200, { object: "list", data: state.list });
      const data = (object) => `data: ${JSON.stringify(object)}\n\n`;
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      for (const piece of seen(JSON.parse(text)).match(/.{1,40}/gsu)) response.write(data({ choices: [{ index: 0, delta: { content: piece } }] }));
      response.end(data({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + data({ choices: [], usage: { prompt_tokens: 1200, completion_tokens: 40 } }) + "data: [DONE]\n\n");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  });
}

/// Makes OpenRouter's place this server's, the address before the key: else the real one would be asked. Waits for its models.
export async function offer_models(server, key = "sk-or-test") {
  await as_admin("POST", "/api/credentials", { key: "system:openrouter_base_url", value: server.url });
  if (key) {
    await as_admin("POST", "/api/credentials", { key: "system:openrouter_api_key", value: key });
    await eventually("the models are listed", async () => (await as_admin("GET", "/api/models")).some((m) => m.id === `openrouter:${server.list[0].id}`));
  }
}

/// Leaves things as they were; the key goes first.
export async function withdraw_models() {
  for (const key of ["system:openrouter_api_key", "system:openrouter_base_url"])
    if ((await as_admin("GET", "/api/credentials")).some((c) => c.key === key)) await as_admin("DELETE", `/api/credentials/${key}`);
}
