import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Page, Scroll } from "../../components/page";
import { is_admin } from "../../lib/session";
import { ApiKeys } from "./api_keys";
import { EngineSettings, SecretSettings, SecuritySettings } from "./engine_settings";
import { Look } from "./look";
import { Profile } from "./profile";
import { Whitelists } from "./whitelists";

interface Part { path: string; name: string; admin: boolean; show: () => ComponentChildren }

const parts: readonly Part[] = [
  { path: "", name: "Profile and sign-in", admin: false, show: () => <Profile /> },
  { path: "look", name: "Look", admin: false, show: () => <Look /> },
  { path: "api-keys", name: "API keys", admin: false, show: () => <ApiKeys /> },
  { path: "engine", name: "Engine and limits", admin: true, show: () => <EngineSettings /> },
  { path: "security", name: "Security", admin: true, show: () => <SecuritySettings /> },
  { path: "secrets", name: "Keys and secrets", admin: true, show: () => <SecretSettings /> },
  { path: "whitelists", name: "Whitelists", admin: true, show: () => <Whitelists /> },
];

/// One page with a tab for each kind of setting; those of the server are for admins.
export function SettingsPage({ path }: { path: string }) {
  const part = parts.find((p) => p.path === path && (!p.admin || is_admin())) ?? parts[0]!;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => { nav.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }); }, [part]);
  const link = (p: Part) => <a key={p.path} href={p.path ? `/settings/${p.path}` : "/settings"} aria-current={p === part ? "page" : undefined}>{p.name}</a>;
  return (
    <Page title="Settings">
      <Scroll label="Settings">
        <div class="settings">
          <nav aria-label="Settings" ref={nav}>
            <p class="cap">You</p>{parts.filter((p) => !p.admin).map(link)}
            {is_admin() && <><p class="cap">Server</p>{parts.filter((p) => p.admin).map(link)}<a href="/users">Users</a></>}
          </nav>
          <div key={part.path} class="stack">{part.show()}</div>
        </div>
      </Scroll>
    </Page>
  );
}
