import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Page, Scroll } from "../../components/page";
import { is_admin } from "../../lib/session";
import { address_of, groups, own_parts, server_parts, type SettingPart } from "../../lib/setting_groups";
import { ApiKeys } from "./api_keys";
import { GroupSettings } from "./engine_settings";
import { Look } from "./look";
import { Notifications } from "./notifications";
import { Personality } from "./personality";
import { Profile } from "./profile";
import { ProviderKeys } from "./provider_keys";
import { Whitelists } from "./whitelists";

/// Parts that are more than a list of settings.
const shown: Record<string, () => ComponentChildren> = {
  "": () => <Profile />, look: () => <Look />, notifications: () => <Notifications />, personality: () => <Personality />, "provider-keys": () => <ProviderKeys />, "api-keys": () => <ApiKeys />, whitelists: () => <Whitelists />,
};

const model_servers = <p class="dim below">Servers in the house, such as Ollama or llama.cpp, are added on the page <a href="/models">Models</a>, which also shows how each provider is doing.</p>;

function Shown({ path }: { path: string }) {
  const group = groups.find((g) => g.path === path);
  return <>{group ? <GroupSettings group={group} below={path === "models" ? model_servers : undefined} /> : shown[path]?.()}</>;
}

/// One page with a tab for each kind of setting; those of the server are for admins.
export function SettingsPage({ path }: { path: string }) {
  const all = [...own_parts, ...(is_admin() ? server_parts : [])];
  const part = all.find((p) => p.path === path) ?? own_parts[0]!;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => { nav.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }); }, [part]);
  const link = (p: SettingPart) => <a key={p.path} href={address_of(p)} aria-current={p === part ? "page" : undefined}>{p.name}</a>;
  return (
    <Page title="Settings">
      <Scroll label="Settings">
        <div class="settings">
          <nav aria-label="Settings" ref={nav}>
            <p class="cap">You</p>{own_parts.map(link)}
            {is_admin() && <><p class="cap">Server</p>{server_parts.map(link)}<a href="/users">Users</a></>}
          </nav>
          <div key={part.path} class="stack"><Shown path={part.path} /></div>
        </div>
      </Scroll>
    </Page>
  );
}
