import { all_keys } from "../lib/keys";
import { Button } from "./button";
import { Dialog } from "./dialog";

const everywhere = [
  { keys: "Ctrl K", what: "go to a page, agent or chat, or do something" },
  { keys: "C", what: "new chat" },
  { keys: "?", what: "this list" },
];

/// All keys that work on the page below.
export function KeyList({ on_close }: { on_close: () => void }) {
  const seen = new Set<string>();
  const rows = [...everywhere, ...all_keys()].filter((k) => !seen.has(k.keys + k.what) && seen.add(k.keys + k.what));
  return (
    <Dialog title="Keys" on_close={on_close} footer={<Button onClick={on_close}>Close</Button>}>
      <dl class="facts">{rows.map((k) => [<dt key={k.keys}><kbd>{k.keys}</kbd></dt>, <dd>{k.what}</dd>])}</dl>
    </Dialog>
  );
}
