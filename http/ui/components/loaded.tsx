import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { offline_since } from "../lib/connection";
import { clock_time } from "../lib/format";
import type { Resource } from "../lib/resource";
import { Button } from "./button";
import { Mark } from "./icon";
import { ErrorNotice } from "./notice";

/// Nothing for 150 ms, then the skeleton, after 2 s words that say what is awaited.
export function Loading({ what, children }: { what: string; children?: ComponentChildren }) {
  const [stage, set_stage] = useState(0);
  useEffect(() => {
    const a = setTimeout(() => set_stage(1), 150);
    const b = setTimeout(() => set_stage(2), 2000);
    return () => { clearTimeout(a); clearTimeout(b); };
  }, []);
  if (stage === 0) return null;
  return (
    <div class="stack loading" aria-busy="true">
      {children ?? <SkeletonRows />}
      {stage === 2 && <p class="faint" role="status">Reading {what}…</p>}
    </div>
  );
}

const widths = ["60%", "85%", "40%", "72%", "55%"];

/// Bars in the shape of a list.
export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <section class="panel bleed skeleton">
      {Array.from({ length: rows }, (_, i) => <div key={i}><span class="skel" style={{ width: widths[i % widths.length] }} /></div>)}
    </section>
  );
}

interface Props<T> {
  of: Resource<T>;
  /// In the middle of a sentence: "the agents".
  what: string;
  unaffected?: string;
  skeleton?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/// Shows a resource in whichever state it is: loading, failed, stale, or there.
export function Loaded<T>({ of, what, unaffected, skeleton, children }: Props<T>) {
  const gone = offline_since.value !== null;
  if (of.data === undefined) {
    if (of.error && of.error.status === 0 && gone) return <p class="faint">{capital(what)} will be read when the server is back.</p>;
    if (of.error) return <ErrorNotice error={of.error} what={`${capital(what)} could not be read.`} {...(unaffected ? { unaffected } : {})} retry={of.reload} />;
    return <Loading what={what}>{skeleton}</Loading>;
  }
  return (
    <>
      {of.error && !gone && <ErrorNotice error={of.error} what={`${capital(what)} could not be read again.`} unaffected={`Shown as of ${clock_time(of.read_at)}.`} retry={of.reload} />}
      {of.stale && !of.error && !gone && (
        <div class="notice notice--hatch" role="status">
          <Mark name="unknown" /><p>As of {clock_time(of.read_at)}; newer figures did not come.</p><Button small onClick={of.reload}>Try now</Button>
        </div>
      )}
      {children(of.data)}
    </>
  );
}

const capital = (s: string) => s.charAt(0).toUpperCase() + s.slice(1);
