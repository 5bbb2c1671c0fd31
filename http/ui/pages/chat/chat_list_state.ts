import { signal } from "@preact/signals";

/// Grows when the list of chats may have changed; who shows it reads it again.
export const chats_changed = signal(0);
export const reload_chats = () => { chats_changed.value += 1; };
