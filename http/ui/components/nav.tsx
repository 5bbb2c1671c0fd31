import { engine } from "../lib/engine";
import { me, sign_out } from "../lib/session";
import { url } from "../lib/router";
import { useAct } from "../lib/act";
import { EngineBox } from "./engine_box";
import { Button } from "./button";
import { Icon, Logo } from "./icon";

interface Place { name: string; icon: string; href: string; here: RegExp; admin?: boolean; tab?: boolean }

/// The pages there are. The palette offers the same.
export const places: readonly Place[] = [
  { name: "Chat", icon: "chat", href: "/", here: /^\/(chat(s|\/.*)?)?$/, tab: true },
  { name: "Agents", icon: "agents", href: "/agents", here: /^\/agents(\/|$)/, tab: true },
  { name: "Runs", icon: "runs", href: "/runs", here: /^\/runs(\/|$)/, tab: true },
  { name: "Triggers", icon: "triggers", href: "/triggers", here: /^\/triggers(\/|$)/, tab: true },
  { name: "Events", icon: "audit", href: "/events", here: /^\/events$/ },
  { name: "Telegram", icon: "chat", href: "/telegram", here: /^\/telegram$/ },
  { name: "Targets", icon: "inject", href: "/targets", here: /^\/targets$/ },
  { name: "Tasks", icon: "clock", href: "/tasks", here: /^\/tasks$/ },
];
export const engine_places: readonly Place[] = [
  { name: "Queue", icon: "queue", href: "/queue", here: /^\/queue$/ },
  { name: "Actors", icon: "actors", href: "/actors", here: /^\/actors$/, admin: true },
  { name: "Models", icon: "models", href: "/models", here: /^\/models$/ },
  { name: "Audit log", icon: "audit", href: "/audit", here: /^\/audit$/ },
  { name: "Users", icon: "user", href: "/users", here: /^\/users$/, admin: true },
  { name: "Settings", icon: "settings", href: "/settings", here: /^\/settings(\/|$)/ },
];

function Item({ place }: { place: Place }) {
  if (place.admin && me.value?.role !== "admin") return null;
  const here = place.here.test(url.value.pathname);
  const { running, queued } = engine.value?.queue ?? { running: 0, queued: 0 };
  const [n, what] = place.href === "/runs" ? [running, "running"] : place.href === "/queue" ? [queued, "waiting"] : [0, ""];
  return (
    <li class={place.tab ? "tab" : ""}>
      <a href={place.href} aria-current={here ? "page" : undefined}>
        <Icon name={place.icon} /><span>{place.name}</span>
        {n > 0 && <span class="n"><span aria-hidden="true">{n}</span><span class="vh">, {n} {what}</span></span>}
      </a>
    </li>
  );
}

/// The navigation at the left, or on phones at the bottom.
export function Nav({ open_palette }: { open_palette: () => void }) {
  const act = useAct();
  const name = me.value?.username ?? "";
  return (
    <nav class="nav" aria-label="Main">
      <a class="brand" href="/"><Logo /><span>oAI-Web</span></a>
      <button class="go" type="button" aria-haspopup="dialog" onClick={open_palette}><Icon name="search" /><span>Go to or do…</span><kbd aria-hidden="true">Ctrl K</kbd></button>
      <ul>{places.map((p) => <Item key={p.href} place={p} />)}</ul>
      <p class="cap">Engine</p>
      <ul>
        {engine_places.map((p) => <Item key={p.href} place={p} />)}
        <li class="tab only-phone"><button type="button" aria-haspopup="dialog" onClick={open_palette}><Icon name="more" /><span>More</span></button></li>
      </ul>
      <EngineBox />
      <div class="me">
        <span class="avatar" aria-hidden="true">{name.slice(0, 2).toUpperCase()}</span>
        <a class="clip grow" href="/settings" title="Your profile">{name}</a>
        <Button kind="quiet" small server icon="out" label="Sign out" title={act.error?.message ?? "Sign out"} busy={act.busy} onClick={() => void act.run(() => sign_out(false))} />
      </div>
    </nav>
  );
}
