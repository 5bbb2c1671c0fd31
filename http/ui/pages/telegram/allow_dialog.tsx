import { useState } from "preact/hooks";
import { api, type TelegramChat } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { useResource } from "../../lib/resource";
import { is_admin, me } from "../../lib/session";

const for_all = "*";

/// Puts a chat on the whitelist: it gets a user's rights.
export function AllowDialog({ chat, on_close, on_done }: { chat: TelegramChat | null; on_close: () => void; on_done: () => void }) {
  const act = useAct();
  const users = useResource("users", (s) => (is_admin() ? api.users(s) : Promise.resolve([])));
  const [id, set_id] = useState(chat?.chat_id ?? "");
  const [whose, set_whose] = useState(me.value?.id ?? "");
  const [label, set_label] = useState(chat?.title ?? "");
  const save = async () => {
    const body = { chat_id: id.trim(), label: label.trim() || null, ...(whose === for_all ? { for_all: true } : { user_id: whose }) };
    if (await act.run(() => api.allow_chat(body))) { on_done(); on_close(); }
  };
  const group = chat ? chat.kind !== "private" : id.trim().startsWith("-");
  return (
    <Dialog title={chat ? `Allow “${chat.title}”?` : "Allow a chat"} on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy}>Allow the chat</Button>
    </>}>
      <div class="stack gap-5">
        {group && <p class="notice notice--warn">It is a group: everybody in it can use these rights.</p>}
        <Field label="Chat" help={chat ? undefined : "Its number. It is easier to write to the bot first, and to allow the chat from the list."} error={act.error?.fields["chat_id"]}>{(ids) => <input class="input mono" {...ids} required readOnly={chat !== null} inputMode="numeric" value={id} onInput={(e) => set_id(e.currentTarget.value)} />}</Field>
        {is_admin() && (
          <Field label="With whose rights" help={whose === for_all ? "It may be written to, and trigger words of all count; nobody’s assistant answers there." : "What is said there is said by this person: assistant, agents and tools are theirs."} error={act.error?.fields["user_id"]}>
            {(ids) => <select class="select" {...ids} value={whose} onChange={(e) => set_whose(e.currentTarget.value)}>{users.data?.map((u) => <option key={u.id} value={u.id}>{u.username}</option>)}<option value={for_all}>nobody’s</option></select>}
          </Field>
        )}
        <Field label="Note">{(ids) => <input class="input" {...ids} value={label} onInput={(e) => set_label(e.currentTarget.value)} />}</Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
