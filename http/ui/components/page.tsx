import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { moves } from "../lib/router";
import { OfflineNotice } from "./notice";
import { AlarmBar } from "./alarm_bar";
import { PausedBar } from "./paused_bar";

/// Names the browser's tab.
export function useTitle(title: string): void {
  useEffect(() => { document.title = `${title} · oAI-Web`; }, [title]);
}

interface Props {
  title: string;
  /// Before the title, for pages below another.
  crumbs?: ComponentChildren;
  /// Left of the title, for narrow screens.
  start?: ComponentChildren;
  badge?: ComponentChildren;
  actions?: ComponentChildren;
  scene?: string;
  children: ComponentChildren;
}

/// A page inside the shell: its head with name and actions, and its content. Takes the focus when one came by a link.
export function Page({ title, crumbs, start, badge, actions, scene, children }: Props) {
  const main = useRef<HTMLElement>(null);
  useTitle(title);
  useEffect(() => {
    const here = main.current;
    if (moves.peek() > 0 && here && !here.contains(document.activeElement)) here.focus({ preventScroll: true });
  }, []);
  return (
    <main class="main" id="main" tabIndex={-1} ref={main} data-scene={scene}>
      <header class="top">
        {start}
        {crumbs && <p class="crumbs">{crumbs}</p>}
        <h1 class="clip">{title}</h1>
        {badge}
        <span class="grow" />
        {actions}
      </header>
      <AlarmBar />
      <PausedBar />
      {children}
    </main>
  );
}

/// The scrolling part of a page, with the notice of a lost connection on top.
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll stack" tabIndex={0} role="region" aria-label={label}>
      <OfflineNotice />
      {children}
    </div>
  );
}
