import { engine, set_paused, stood_still } from "../lib/engine";
import { useAct } from "../lib/act";
import { is_admin } from "../lib/session";
import { Button } from "./button";
import { Mark } from "./icon";

/// The kill switch on phones, where there is no room for the engine box: seen only while everything is paused.
export function PausedBar() {
  const act = useAct();
  if (!engine.value?.paused) return null;
  return (
    <div class="paused-bar" role="status">
      <Mark name="hand" /><p>{act.error?.message ?? <><b>Everything is paused.</b> {stood_still()}</>}</p>
      {is_admin() && <Button small server busy={act.busy} icon="play" onClick={() => void act.run(() => set_paused(false))}>Resume</Button>}
    </div>
  );
}
