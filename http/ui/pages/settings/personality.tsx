import { useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Icon, Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { useSaveKey } from "../../lib/keys";
import { me } from "../../lib/session";
import { useUnsaved } from "../../lib/unsaved";

type Key = "personality_soul" | "personality_user";

/// The system's own text, which holds while the field above is empty.
function SystemText({ text, empty }: { text: string; empty: string }) {
  if (!text) return <p class="faint">{empty}</p>;
  return <details class="fold"><summary class="dim"><Icon name="right" small turner /> What holds while this is empty</summary><p class="quoted plain">{text}</p></details>;
}

/// Who the agent is for oneself, and what it should know.
export function Personality() {
  const act = useAct();
  const who = me.value!;
  const [drafts, set_drafts] = useState<Partial<Record<Key, string>>>({});
  const [done, set_done] = useState(false);
  const value = (key: Key) => drafts[key] ?? who[key] ?? "";
  const changed = (["personality_soul", "personality_user"] as const).filter((key) => value(key) !== (who[key] ?? ""));
  const set = (key: Key) => (e: { currentTarget: HTMLTextAreaElement }) => { set_done(false); const text = e.currentTarget.value; set_drafts((old) => ({ ...old, [key]: text })); };
  useUnsaved(changed.length > 0 && !act.busy);
  const save = async () => {
    const change = Object.fromEntries(changed.map((key) => [key, value(key).trim()]));
    const ok = await act.run(async () => { me.value = { ...who, ...(await api.update_me(change)) }; });
    if (!ok) return;
    set_drafts({});
    set_done(true);
  };
  useSaveKey(() => { if (changed.length > 0 && !act.busy) void save(); });
  return (
    <section class="set">
      <h2>Personality</h2>
      <p>For your chats and your agents, from the next run on. The security rules stand in the program: nothing here takes them away.</p>
      <form class="stack gap-6 below wide-form" noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
        <div class="stack gap-4">
          <Field label="SOUL" help="How the agent is and speaks: its manner, its tone, how long it answers. Written to the agent as “you”." error={act.error?.fields["personality_soul"]}>
            {(ids) => <textarea class="textarea" {...ids} rows={6} value={value("personality_soul")} onInput={set("personality_soul")} />}
          </Field>
          <SystemText text={who.system_soul} empty="While it is empty, the server’s own text holds." />
        </div>
        <div class="stack gap-4">
          <Field label="USER" help="What it should know of you: your name, where you live, what you work on, how you like to be helped." error={act.error?.fields["personality_user"]}>
            {(ids) => <textarea class="textarea" {...ids} rows={6} value={value("personality_user")} onInput={set("personality_user")} />}
          </Field>
          <SystemText text={who.system_user} empty="While it is empty, the agent is told nothing of you." />
        </div>
        <FormError error={act.error} />
        <div class="btns"><Button type="submit" server busy={act.busy} keys="Ctrl S" disabled={changed.length === 0}>Save</Button>{changed.length > 0 && <Button kind="quiet" onClick={() => { act.clear(); set_drafts({}); }}>Discard</Button>}{done && changed.length === 0 && <span class="state" role="status"><Mark name="ok" />Saved</span>}</div>
      </form>
    </section>
  );
}
