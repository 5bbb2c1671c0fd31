import { leaving } from "../lib/unsaved";
import { Button } from "./button";
import { Dialog } from "./dialog";

/// Asks before what was typed is lost. The focus starts on staying.
export function LeaveDialog() {
  const go = leaving.value;
  if (!go) return null;
  const stay = () => { leaving.value = null; };
  return (
    <Dialog title="Leave without saving?" on_close={stay} footer={<>
      <Button onClick={stay}>Stay here</Button>
      <Button kind="danger-solid" onClick={() => { stay(); go(); }}>Leave, and lose the changes</Button>
    </>}>
      <p class="dim">What you changed on this page is not saved.</p>
    </Dialog>
  );
}
