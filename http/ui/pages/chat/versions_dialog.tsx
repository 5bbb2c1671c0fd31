import { api } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Loaded } from "../../components/loaded";
import { Time } from "../../components/time";
import { plural } from "../../lib/format";
import { useResource } from "../../lib/resource";
import { TurnView } from "./turn_view";
import { fold } from "./turns";

const none: never[] = [];
const nothing = () => {};

/// What stood in a chat before a turn was said anew, the latest first.
export function VersionsDialog({ conversation, run_id, on_close }: { conversation: string; run_id: string; on_close: () => void }) {
  const versions = useResource(`versions ${run_id}`, (s) => api.versions(conversation, run_id, s));
  return (
    <Dialog title="Earlier versions" wide on_close={on_close} footer={<Button onClick={on_close}>Close</Button>}>
      <Loaded of={versions} what="the earlier versions">
        {(rows) => (
          <div class="stack">
            <p class="dim">{plural(rows.length, "version")} that {rows.length === 1 ? "was" : "were"} said anew, with what followed. The model does not read them any more.</p>
            {rows.map((v) => (
              <section key={v.run_id} class="version" tabIndex={0} aria-label="A version">
                <h3 class="label">Until <Time at={v.replaced_at} /></h3>
                <ol class="rail">
                  {fold(v.messages, null).map((t) => <TurnView key={t.key} turn={t} asked={none} paused={false} show_question={nothing} acts={null} />)}
                </ol>
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}
