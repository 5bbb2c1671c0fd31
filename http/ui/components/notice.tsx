import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { next_try, offline_since, try_now } from "../lib/connection";
import { clock_time } from "../lib/format";
import { Button } from "./button";
import { Mark } from "./icon";

/// What failed, in the place where its content would be. `what`: the failed sentence; `unaffected`: what goes on all the same.
export function ErrorNotice({ error, what, unaffected, retry }: { error: ApiError; what: string; unaffected?: string; retry?: () => void }) {
  return (
    <div class="notice notice--bad" role="alert">
      <Mark name="bad" />
      <p><b>{what}</b> {error.message}{error.request && ` (request ${error.request})`} {unaffected}</p>
      {retry && <Button small onClick={retry}>Try again</Button>}
    </div>
  );
}

/// What the server said against a form as a whole, above its buttons.
export function FormError({ error }: { error: ApiError | null }) {
  if (!error || error.in_fields) return null;
  return <div class="notice notice--bad" role="alert"><Mark name="bad" word="Problem:" /><p>{error.message}</p></div>;
}

/// The one notice of a lost connection; nothing while there is one.
export function OfflineNotice() {
  const since = offline_since.value;
  const [now, set_now] = useState(Date.now());
  useEffect(() => {
    if (since === null) return;
    const timer = setInterval(() => set_now(Date.now()), 500);
    return () => clearInterval(timer);
  }, [since]);
  if (since === null) return null;
  const wait = Math.max(0, Math.ceil((next_try.value - now) / 1000));
  return (
    <div class="notice notice--hatch">
      <p>
        <b role="status">No connection to the server since {clock_time(since)}.</b> This is what was known then.{" "}
        {wait > 0 ? `Trying again in ${wait} s.` : "Trying now."}
      </p>
      <Button small onClick={() => void try_now()}>Try now</Button>
    </div>
  );
}

/// What would be here and how to get it.
export function Empty({ title, children, action }: { title: string; children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <section class="panel">
      <div class="empty"><h2>{title}</h2>{children}{action && <div class="btns">{action}</div>}</div>
    </section>
  );
}
