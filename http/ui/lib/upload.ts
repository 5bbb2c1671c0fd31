import { ApiError, error_of } from "../api";
import { contact, lost } from "./connection";

const silence_limit = 60_000; // ms without a piece sent or an answer; a stalled connection is given up

/// Sends a file as the body of a POST and tells how far it is (0 … 1), which fetch cannot.
export function upload<T>(path: string, file: File, on_progress: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const stop = () => request.abort();
    const alive = () => {
      clearTimeout(timer);
      timer = window.setTimeout(stop, silence_limit);
    };
    const no_answer = () => {
      if (!signal.aborted) lost();
      reject(signal.aborted ? signal.reason : new ApiError(0, { detail: "The server does not answer." }));
    };
    request.upload.onprogress = (e) => { alive(); if (e.lengthComputable) on_progress(e.loaded / e.total); };
    request.onload = async () => {
      contact();
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else reject(await error_of(new Response(request.responseText, { status: request.status })));
    };
    request.onerror = request.onabort = no_answer;
    request.onloadend = () => { clearTimeout(timer); signal.removeEventListener("abort", stop); };
    signal.addEventListener("abort", stop);
    request.open("POST", path);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.send(file);
    alive();
    if (signal.aborted) stop();
  });
}
