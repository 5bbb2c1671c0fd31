import { useState } from "preact/hooks";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";

/// Asks for another title of a chat.
export function RenameDialog({ title, on_rename, on_close }: { title: string; on_rename: (title: string) => Promise<unknown>; on_close: () => void }) {
  const act = useAct();
  const [text, set_text] = useState(title);
  const save = async () => { if (text.trim() && (await act.run(() => on_rename(text.trim())))) on_close(); };
  return (
    <Dialog title="Rename the chat" on_close={on_close} on_submit={() => void save()} footer={<>
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy} disabled={!text.trim()}>Rename</Button>
    </>}>
      <div class="stack gap-5">
        <Field label="Title" error={act.error?.fields["title"]}>{(ids) => <input class="input" {...ids} autofocus value={text} onFocus={(e) => e.currentTarget.select()} onInput={(e) => set_text(e.currentTarget.value)} />}</Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
