import { useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";

/// Adds a server that speaks OpenAI's Chat Completions.
export function ServerDialog({ on_close, on_added }: { on_close: () => void; on_added: () => void }) {
  const act = useAct();
  const [form, set_form] = useState({ name: "", base_url: "", api_key: "" });
  const set = (key: keyof typeof form) => (e: { currentTarget: HTMLInputElement }) => set_form({ ...form, [key]: e.currentTarget.value });
  const add = async () => {
    const key = form.api_key.trim();
    if (await act.run(() => api.add_model_server({ name: form.name.trim(), base_url: form.base_url.trim(), ...(key ? { api_key: key } : {}) }))) {
      on_added();
      on_close();
    }
  };
  return (
    <Dialog title="Add a model server" on_close={on_close} on_submit={() => void add()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy} disabled={!form.name.trim() || !form.base_url.trim()}>Add the server</Button>
    </>}>
      <div class="stack gap-5">
        <p class="dim">Anything that speaks OpenAI’s Chat Completions: Ollama, llama.cpp, vLLM, LM Studio.</p>
        <Field label="Name" help={<>Stands before the colon of its models: <code>ollama</code> gives <code>ollama:llama3</code>.</>} error={act.error?.fields["name"]}>
          {(ids) => <input class="input mono" {...ids} autofocus required spellcheck={false} autocapitalize="off" value={form.name} onInput={set("name")} />}
        </Field>
        <Field label="Address" help={<>Up to and with /v1, such as <code class="break">http://127.0.0.1:11434/v1</code>.</>} error={act.error?.fields["base_url"]}>
          {(ids) => <input class="input mono" {...ids} type="url" required spellcheck={false} value={form.base_url} onInput={set("base_url")} />}
        </Field>
        <Field label={<>Key <span class="faint">where it wants one</span></>} help="Kept encrypted. It can be replaced by adding the server anew, never read." error={act.error?.fields["api_key"]}>
          {(ids) => <input class="input" {...ids} type="password" autocomplete="off" value={form.api_key} onInput={set("api_key")} />}
        </Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
