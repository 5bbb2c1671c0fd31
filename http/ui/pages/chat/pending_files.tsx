import type { Model } from "../../api";
import { Button } from "../../components/button";
import { Icon } from "../../components/icon";
import { bytes } from "../../lib/format";
import { why_not_this, type PendingFile } from "./files";

function second_line(file: PendingFile, model: Model | undefined) {
  if (file.state === "sending") return <small>{Math.floor(file.share * 100)}% sent</small>;
  if (file.error) return <small class="is-bad">Not sent: {file.error}</small>;
  const why = why_not_this(file, model);
  return why ? <small class="is-bad">{why}</small> : <small>{file.kind === "pdf" && "PDF, "}{bytes(file.size)}</small>;
}

/// What is to go with the next message, above the field.
export function PendingFiles({ files, model, busy, on_remove }: { files: readonly PendingFile[]; model: Model | undefined; busy: boolean; on_remove: (key: number) => void }) {
  if (files.length === 0) return null;
  return (
    <ul class="files files--pending" aria-label="Files to send">
      {files.map((f) => (
        <li key={f.key} class={`file${f.error || why_not_this(f, model) ? " file--bad" : ""}`}>
          <span class="thumb">{f.preview ? <img src={f.preview} alt="" /> : <Icon name="file" />}</span>
          <span class="grow"><span class="clip" title={f.name}>{f.name}</span>{second_line(f, model)}</span>
          {f.state === "sending" && <span class="progress" role="progressbar" aria-label={`${f.name}, sent`} aria-valuenow={Math.floor(f.share * 100)} style={{ "--v": f.share.toFixed(3) }} />}
          <Button kind="quiet" small icon="x" label={`Remove ${f.name}`} disabled={busy} onClick={() => on_remove(f.key)} />
        </li>
      ))}
    </ul>
  );
}
