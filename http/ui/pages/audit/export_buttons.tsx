import { useRef, useState } from "preact/hooks";
import type { AuditFilter } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { count, plural } from "../../lib/format";
import { export_audit, most_rows, save, type Format } from "./export";

interface Props { filter: () => AuditFilter; name_of: (id: string | null) => string; total: number }

/// Saves what the filter passes, all pages of it.
export function ExportButtons({ filter, name_of, total }: Props) {
  const act = useAct();
  const [format, set_format] = useState<Format | null>(null);
  const [done, set_done] = useState({ share: 0, rows: 0 });
  const abort = useRef<AbortController | null>(null);
  const close = () => { abort.current?.abort(); set_format(null); };
  const start = async (as: Format) => {
    const mine = (abort.current = new AbortController());
    set_format(as);
    set_done({ share: 0, rows: 0 });
    const ok = await act.run(async () => {
      const file = await export_audit(filter(), as, name_of, (share, rows) => { if (!mine.signal.aborted) set_done({ share, rows }); }, mine.signal);
      if (!mine.signal.aborted) save(file, `audit-log-${new Date().toISOString().slice(0, 10)}.${as}`);
    });
    if (mine.signal.aborted) act.clear();
    else if (ok) set_format(null);
  };
  return (
    <>
      <Button small server icon="download" disabled={total === 0} onClick={() => void start("csv")}><span class="vh">Export as </span>CSV</Button>
      <Button small server icon="download" disabled={total === 0} onClick={() => void start("json")}><span class="vh">Export as </span>JSON</Button>
      {format && (
        <Dialog title={`Export as ${format.toUpperCase()}`} on_close={close} footer={<><Button onClick={close}>{act.error ? "Close" : "Cancel"}</Button>{act.error && <Button kind="primary" server onClick={() => void start(format)}>Try again</Button>}</>}>
          <div class="stack gap-5">
            <p class="dim" role="status">{act.error ? "The export broke off. Nothing was saved." : `${count(done.rows)} of ${plural(Math.min(total, most_rows), "call")} read.`}{total > most_rows && ` An export holds the newest ${count(most_rows)}; narrow the time to get the others.`}</p>
            {!act.error && <span class="progress" role="progressbar" aria-label="Exported" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(done.share * 100)} style={{ "--v": done.share.toFixed(3) }} />}
            <FormError error={act.error} />
          </div>
        </Dialog>
      )}
    </>
  );
}
