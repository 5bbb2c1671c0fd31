import { api, ApiError, type AuditEntry, type AuditFilter, type AuditPage } from "../../api";

const page_size = 500;            // rows in one request; the server's most
export const most_rows = 200_000; // of one export: beyond it a browser runs out of memory

/// Spreadsheets take what begins like this for a formula; an apostrophe keeps it text.
const formula = /^[=+\-@\t\r]/;
function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const columns = ["id", "timestamp", "user", "tool_name", "confirmed", "run", "conversation", "arguments", "result"] as const;
type NameOf = (id: string | null) => string;

export function csv_line(e: AuditEntry, name_of: NameOf): string {
  const args = e.arguments === null ? "" : JSON.stringify(e.arguments);
  return [String(e.id), e.timestamp, name_of(e.user_id), e.tool_name, e.confirmed ? "yes" : "no", e.task_id ?? "", e.session_id ?? "", args, e.result_summary ?? ""].map(cell).join(",");
}

const patience = 10; // times; a long log may be more than the server gives one person in a minute

async function read(filter: AuditFilter, page: number, signal: AbortSignal): Promise<AuditPage> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await api.audit(filter, page, page_size, signal);
    } catch (e) {
      if (!(e instanceof ApiError) || e.status !== 429 || tries === patience) throw e;
      await new Promise((go) => setTimeout(go, (e.retry_after ?? 2) * 1000));
      signal.throwIfAborted();
    }
  }
}

export type Format = "csv" | "json";

/// Reads everything that passes the filter, page by page, and answers it as a file. `on_progress` gets 0 … 1.
export async function export_audit(filter: AuditFilter, format: Format, name_of: NameOf, on_progress: (share: number, rows: number) => void, signal: AbortSignal): Promise<Blob> {
  // Up to now: what is written meanwhile would shift the pages.
  const bounded = { ...filter, end: filter.end ?? new Date().toISOString() };
  const parts: string[] = [format === "csv" ? `${columns.join(",")}\r\n` : "[\n"];
  let last = Infinity;
  let rows = 0;
  for (let page = 1; rows < most_rows; page += 1) {
    const answer = await read(bounded, page, signal);
    const fresh = answer.entries.filter((e) => e.id < last); // newest first: a row that came late cannot come twice
    for (const e of fresh) parts.push(format === "csv" ? `${csv_line(e, name_of)}\r\n` : `${rows === 0 && e === fresh[0] ? "" : ",\n"}${JSON.stringify({ ...e, user: name_of(e.user_id) })}`);
    rows += fresh.length;
    last = fresh.at(-1)?.id ?? last;
    on_progress(answer.total === 0 ? 1 : Math.min(1, rows / Math.min(answer.total, most_rows)), rows);
    if (answer.entries.length < page_size) break;
  }
  if (format === "json") parts.push("\n]\n");
  return new Blob(parts, { type: format === "csv" ? "text/csv;charset=utf-8" : "application/json" });
}

/// Hands a file to the browser's downloads.
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the download may not have begun yet
}
