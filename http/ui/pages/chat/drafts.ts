import { signal } from "@preact/signals";
import { me } from "../../lib/session";

const most = 50; // chats; the draft of the one that was typed in longest ago goes first
const kept = signal<ReadonlyMap<string, string>>(new Map());
const key = (of: string) => `${me.value?.id} ${of}`; // who signs in next here sees none of it

/// What was typed in a chat and not sent; it waits there while another is looked at.
export const draft_of = (of: string): string => kept.value.get(key(of)) ?? "";

export function put_draft(of: string, text: string): void {
  const next = new Map(kept.value);
  next.delete(key(of));
  if (text !== "") next.set(key(of), text);
  if (next.size > most) next.delete([...next.keys()][0]!);
  kept.value = next;
}
