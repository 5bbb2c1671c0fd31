import { useState } from "preact/hooks";
import { files as places, type Attachment } from "../api";
import { bytes } from "../lib/format";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Icon } from "./icon";

const is_picture = (file: Attachment) => file.media_type.startsWith("image/");

/// A picture as large as the window allows.
function Picture({ file, on_close }: { file: Attachment; on_close: () => void }) {
  return (
    <Dialog title={file.name || "Picture"} wide on_close={on_close} footer={<>
      <a class="btn" href={places.of(file.id)} download={file.name || true}><Icon name="download" />Download</a>
      <Button onClick={on_close}>Close</Button>
    </>}>
      <img class="whole" src={places.of(file.id)} alt={file.name} />
    </Dialog>
  );
}

function Shot({ file, on_open }: { file: Attachment; on_open: () => void }) {
  const [gone, set_gone] = useState(false);
  if (gone) return <span class="file"><span class="thumb"><Icon name="file" /></span><span class="grow"><span class="clip">{file.name}</span><small>The picture could not be loaded.</small></span></span>;
  return (
    <button type="button" class="shot" title={`${file.name}, ${bytes(file.size)}`} onClick={on_open}>
      <img src={places.of(file.id)} alt={`Open ${file.name || "the picture"}`} loading="lazy" onError={() => set_gone(true)} />
    </button>
  );
}

/// The files of a message: pictures small, to be opened; documents to be saved.
export function Attachments({ files }: { files: readonly Attachment[] }) {
  const [open, set_open] = useState<Attachment | null>(null);
  return (
    <>
      <ul class="files" aria-label="Files">
        {files.map((f) => (
          <li key={f.id}>
            {is_picture(f) ? <Shot file={f} on_open={() => set_open(f)} /> : (
              <a class="file" href={places.of(f.id)} download={f.name || "document.pdf"}>
                <span class="thumb"><Icon name="file" /></span><span class="grow"><span class="clip">{f.name || "document.pdf"}</span><small>PDF, {bytes(f.size)}</small></span><Icon name="download" small /><span class="vh">Download</span>
              </a>
            )}
          </li>
        ))}
      </ul>
      {open && <Picture file={open} on_close={() => set_open(null)} />}
    </>
  );
}
