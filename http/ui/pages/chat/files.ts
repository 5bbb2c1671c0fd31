import { signal } from "@preact/signals";
import { files as places, type Attachment, type Model } from "../../api";
import { as_error } from "../../lib/act";
import { bytes, plural } from "../../lib/format";
import { me } from "../../lib/session";
import { upload } from "../../lib/upload";

export const most_files = 10;                  // in one message; the server's own limit, as is the next
export const most_bytes = 10 * 1024 * 1024;    // of one file

export type FileKind = "image" | "pdf";

/// A file that is to go with the next message. It stays in the browser until that is sent.
export interface PendingFile {
  key: number;
  name: string;
  size: number;
  kind: FileKind;
  /// Null for one that the server has already.
  file: File | null;
  /// Where a picture can be seen.
  preview: string | null;
  state: "ready" | "sending" | "failed";
  /// How much of it is sent, 0 … 1.
  share: number;
  error: string | null;
  /// What the server made of it, and in which conversation.
  sent: { head: Attachment; conversation: string } | null;
}

/// By conversation, so that they wait while another one is looked at.
const pending = signal<ReadonlyMap<string, readonly PendingFile[]>>(new Map());
const place = (of: string) => `${me.value?.id} ${of}`; // who signs in next here sees none of it
let count = 0;

export const files_of = (of: string): readonly PendingFile[] => pending.value.get(place(of)) ?? [];

function put(of: string, files: readonly PendingFile[]): void {
  const next = new Map(pending.value);
  if (files.length > 0) next.set(place(of), files);
  else next.delete(place(of));
  pending.value = next;
}

function change(of: string, key: number, to: Partial<PendingFile>): void {
  put(of, files_of(of).map((f) => (f.key === key ? { ...f, ...to } : f)));
}

function forget(file: PendingFile): void {
  if (file.file && file.preview) URL.revokeObjectURL(file.preview);
}

export function remove_file(of: string, key: number): void {
  files_of(of).filter((f) => f.key === key).forEach(forget);
  put(of, files_of(of).filter((f) => f.key !== key));
}

export function clear_files(of: string): void {
  files_of(of).forEach(forget);
  put(of, []);
}

const taken = /^image\/(png|jpeg|gif|webp)$/;
function kind_of(file: File): FileKind | null {
  if (taken.test(file.type)) return "image";
  return file.type === "application/pdf" || (file.type === "" && /\.pdf$/i.test(file.name)) ? "pdf" : null;
}

export const can_take = (model: Model | undefined, kind: FileKind) => (kind === "image" ? model?.capabilities.vision : model?.capabilities.pdf) ?? false;
export const takes_any = (model: Model | undefined) => can_take(model, "image") || can_take(model, "pdf");
const kind_words: Record<FileKind, string> = { image: "pictures", pdf: "PDF documents" };

/// Why nothing can be attached with this model; null where something can.
export function why_none(model: Model | undefined): string | null {
  if (!model) return "Which files can go with a message is known once the list of models is read.";
  return takes_any(model) ? null : `${model.name} reads text only. Choose a model with the badge vision or PDF to attach files.`;
}

/// Why a file that waits cannot go to the model that is chosen now.
export const why_not_this = (file: PendingFile, model: Model | undefined) => (model && !can_take(model, file.kind) ? `${model.name} takes no ${kind_words[file.kind]}` : null);

/// What the file dialog of the browser offers.
export const accepted = (model: Model | undefined) => [...(can_take(model, "image") ? ["image/png", "image/jpeg", "image/gif", "image/webp"] : []), ...(can_take(model, "pdf") ? ["application/pdf"] : [])].join(",");

/// Adds files to the next message; answers a sentence for each that cannot go with it.
export function add_files(of: string, added: Iterable<File>, model: Model | undefined): string[] {
  const refused: string[] = [];
  const next = [...files_of(of)];
  let too_many = 0;
  for (const file of added) {
    const kind = kind_of(file);
    const name = file.name || (kind === "pdf" ? "document.pdf" : "picture");
    if (!kind) refused.push(`${name} is neither a picture (PNG, JPEG, GIF, WebP) nor a PDF document.`);
    else if (!can_take(model, kind)) refused.push(`${name}: ${model?.name ?? "the model"} takes no ${kind_words[kind]}.`);
    else if (file.size === 0) refused.push(`${name} is empty.`);
    else if (file.size > most_bytes) refused.push(`${name} is too large: a file may have at most ${bytes(most_bytes)}.`);
    else if (next.length >= most_files) too_many += 1;
    else next.push({ key: ++count, name, size: file.size, kind, file, preview: kind === "image" ? URL.createObjectURL(file) : null, state: "ready", share: 0, error: null, sent: null });
  }
  if (too_many > 0) refused.push(`${plural(too_many, "file is", "files are")} left out: at most ${most_files} can go with a message.`);
  put(of, next);
  return refused;
}

/// Puts back files that the server has, because their message did not get through.
export function put_back(of: string, conversation: string, heads: readonly Attachment[]): void {
  put(of, [...files_of(of), ...heads.map((head) => ({
    key: ++count, name: head.name, size: head.size, kind: head.media_type === "application/pdf" ? "pdf" as const : "image" as const, file: null,
    preview: head.media_type === "application/pdf" ? null : places.of(head.id), state: "ready" as const, share: 1, error: null, sent: { head, conversation },
  }))]);
}

/// Sends what waits, one after the other, and answers what the message is to name. The one that fails says why.
export async function send_files(of: string, conversation: string, signal: AbortSignal): Promise<Attachment[]> {
  const heads: Attachment[] = [];
  for (const { key, name, file, sent } of files_of(of)) {
    if (sent?.conversation === conversation || !file) {
      if (sent) heads.push(sent.head);
      continue;
    }
    change(of, key, { state: "sending", share: 0, error: null });
    try {
      const head = await upload<Attachment>(places.upload(conversation, name), file, (share) => change(of, key, { share }), signal);
      change(of, key, { state: "ready", share: 1, sent: { head, conversation } });
      heads.push(head);
    } catch (e) {
      if (signal.aborted) change(of, key, { state: "ready", share: 0 });
      else change(of, key, { state: "failed", share: 0, error: as_error(e).message });
      throw e;
    }
  }
  return heads;
}
