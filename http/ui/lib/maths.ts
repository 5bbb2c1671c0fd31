import temml from "temml";

const most = 2000; // macro expansions and nested parts in one formula; beyond it the formula is shown as it was written

/// A formula in TeX as MathML, which the browser sets by itself; null for one that cannot be read.
export function mathml(tex: string, display: boolean): string | null {
  try {
    const html = temml.renderToString(tex, { displayMode: display, throwOnError: true, trust: false, maxExpand: most, maxSize: [20, 20] });
    return html.replace(/ style="[^"]*"/g, ""); // fine adjustments of distances; the CSP forbids them
  } catch {
    return null;
  }
}
