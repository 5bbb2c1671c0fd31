import type { Paged } from "../lib/paged";
import { Button } from "./button";
import { FormError } from "./notice";

/// The way to older rows, below a list.
export function MoreRows<T>({ of }: { of: Paged<T> }) {
  if (!of.more && !of.act.error) return null;
  return <div class="stack gap-4"><FormError error={of.act.error} />{of.more && <div class="btns"><Button server busy={of.act.busy} onClick={of.load_more}>Show older ones</Button></div>}</div>;
}
