import { useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { useResource } from "../../lib/resource";

/// Where one is told what happens: Pushover and ntfy.
export function Notifications() {
  const push = useResource("push", (s) => api.push(s));
  const act = useAct();
  const [key, set_key] = useState("");
  const [topic, set_topic] = useState<string | null>(null);
  const [token, set_token] = useState("");
  const [said, set_said] = useState("");
  const save = (body: Parameters<typeof api.set_push>[0], done: string) => void act.run(async () => {
    const now = await api.set_push(body);
    push.set(() => now);
    set_key(""); set_token(""); set_topic(null); set_said(done);
  });
  const test = () => void act.run(async () => { await api.test_push(); set_said("A test is on its way."); });
  return (
    <section class="set">
      <h2>Notifications</h2>
      <p>Alarms and what agents tell you reach your devices by these services. Set one or both.</p>
      <Loaded of={push} what="your push services">
        {(now) => (
          <div class="stack gap-5">
            <form class="stack gap-5" onSubmit={(e) => { e.preventDefault(); save({ ...(topic !== null ? { ntfy_url: topic.trim() } : {}), ...(token ? { ntfy_token: token } : {}) }, "Kept."); }}>
              <Field label="ntfy topic" help="The address of a topic that only you know, at ntfy.sh or your own server. Empty: none." error={act.error?.fields["ntfy_url"]}>
                {(ids) => <input class="input mono" {...ids} type="url" placeholder="https://ntfy.sh/a-name-only-you-know" spellcheck={false} value={topic ?? now.ntfy_url} onInput={(e) => set_topic(e.currentTarget.value)} />}
              </Field>
              <Field label="Its access token" help={now.ntfy_has_token ? "One is kept; a new one replaces it." : "Where the server asks for one."} error={act.error?.fields["ntfy_token"]}>
                {(ids) => <input class="input mono" {...ids} type="password" autocomplete="off" value={token} onInput={(e) => set_token(e.currentTarget.value)} />}
              </Field>
              <div class="btns"><Button type="submit" server busy={act.busy} disabled={topic === null && !token}>Keep the topic</Button>{now.ntfy_has_token && <Button onClick={() => save({ ntfy_token: "" }, "The token is removed.")}>Remove the token</Button>}</div>
            </form>
            <form class="stack gap-5" onSubmit={(e) => { e.preventDefault(); save({ pushover_user_key: key.trim() }, "Kept."); }}>
              <Field label="Pushover user key" help={now.pushover ? "One is kept; a new one replaces it." : now.pushover_ready ? "It stands on your page at pushover.net." : "It stands on your page at pushover.net. The server also needs a token, which an administrator sets under Push services."} error={act.error?.fields["pushover_user_key"]}>
                {(ids) => <input class="input mono" {...ids} type="password" autocomplete="off" value={key} onInput={(e) => set_key(e.currentTarget.value)} />}
              </Field>
              <div class="btns"><Button type="submit" server busy={act.busy} disabled={!key.trim()}>Keep the key</Button>{now.pushover && <Button onClick={() => save({ pushover_user_key: "" }, "The key is removed.")}>Remove the key</Button>}</div>
            </form>
            <div class="btns"><Button server busy={act.busy} disabled={!now.ntfy_url && !(now.pushover && now.pushover_ready)} onClick={test}>Send a test</Button></div>
            {said && <p role="status">{said}</p>}
            <FormError error={act.error} />
          </div>
        )}
      </Loaded>
    </section>
  );
}
