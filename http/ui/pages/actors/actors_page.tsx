import { useState } from "preact/hooks";
import { Button } from "../../components/button";
import { Choices, Filter, NothingFound } from "../../components/filter";
import { Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { Page, Scroll } from "../../components/page";
import type { Actor } from "../../api";
import { Time } from "../../components/time";
import { engine } from "../../lib/engine";
import { offline_since } from "../../lib/connection";
import { count, millis, plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { navigate, url } from "../../lib/router";
import { ActorDrawer } from "./actor_drawer";
import { ActorTree } from "./actor_tree";
import { health_of } from "./tree";
import { useActors, type Rates } from "./use_actors";

type Show = "tree" | "busiest" | "trouble";
const keys_help = [{ keys: "Space", what: "freeze the view or let it go on" }, { keys: "← →", what: "fold and unfold" }, { keys: "Esc", what: "close the actor" }] as const;

function lead(actors: readonly Actor[]) {
  const bad = actors.filter((a) => health_of(a)[0] === "bad");
  const slow = actors.filter((a) => health_of(a)[0] === "slow");
  const name = (a: Actor) => a.path.slice(1);
  return (
    <p class="lead">
      {plural(actors.length, "actor")}{bad.length === 0 && slow.length === 0 ? ", all well." : bad.length === 1 ? ", one can’t stay up." : bad.length > 1 ? `, ${bad.length} can’t stay up.` : slow.length === 1 ? ", one falls behind." : `, ${slow.length} fall behind.`}{" "}
      <em>{bad[0] ? `${name(bad[0])} has restarted ${bad[0].restarts === 1 ? "once" : `${bad[0].restarts} times`}.` : slow[0] ? `${name(slow[0])}: ${health_of(slow[0])[1]}.` : ""}</em>
      {engine.value && <em> This server leads its database since <Time at={engine.value.leads_since} />.</em>}
    </p>
  );
}

/// The live tree of everything that runs inside the server.
export function ActorsPage() {
  const [frozen, set_frozen] = useState(false);
  const live = useActors(frozen);
  const [find, set_find] = useState("");
  const [show, set_show] = useState<Show>("tree");
  const selected = url.value.searchParams.get("path");
  const close = () => navigate("/actors", "replace");
  useKeys({ " ": () => set_frozen((f) => !f), Escape: close }, keys_help);

  const per_second = (a: Actor) => live.rates.get(a.path)?.per_second ?? 0;
  const trouble = live.actors.filter((a) => health_of(a)[0] !== "well");
  const chosen = live.actors.find((a) => a.path === selected);
  const pool = show === "trouble" ? trouble : show === "busiest" ? [...live.actors].sort((a, b) => per_second(b) - per_second(a) || (a.path < b.path ? -1 : 1)) : live.actors;
  const found = pool.filter((a) => `${a.path} ${a.kind} ${a.state}`.toLowerCase().includes(find.toLowerCase()));
  const all_rates = [...live.rates.values()].reduce((sum, r: Rates) => sum + r.per_second, 0);
  const longest = Math.max(0, ...live.actors.map((a) => a.waiting_ms.p99 ?? 0));

  return (
    <Page
      title="Actors" scene={chosen ? "detail" : undefined}
      badge={frozen ? <span class="badge badge--hatch not-phone">Frozen</span> : live.streaming && offline_since.value === null ? <span class="badge badge--live not-phone"><Mark name="live" />Live, every second</span> : undefined}
      actions={<Button small icon={frozen ? "play" : "pause"} keys="Space" pressed={frozen} onClick={() => set_frozen(!frozen)}>Freeze view</Button>}
    >
      <div class={chosen ? "split" : "split split--one"}>
        <Scroll label="Actor tree">
          <Loaded of={live.first} what="the actors" unaffected="They work on all the same.">
            {() => (
              <>
                {lead(live.actors)}
                <div class="toolbar">
                  <Filter label="Filter actors" hint="Filter by name or state" value={find} on_change={set_find} />
                  <Choices label="Show" items={[["tree", "Tree"], ["busiest", "Busiest"], ["trouble", `Only trouble ${trouble.length}`]] as const} value={show} on_change={set_show} />
                  <span class="grow" /><span class="faint not-phone">{count(Math.round(all_rates))} messages/s, longest wait {millis(longest)} ms</span>
                </div>
                {found.length === 0
                  ? show === "trouble" && !find ? <p class="dim">No actor is in trouble. Nothing to do.</p> : <NothingFound on_clear={() => { set_find(""); set_show("tree"); }} />
                  : <ActorTree actors={found} rates={live.rates} flat={show !== "tree"} selected={selected} on_select={(path) => navigate(`/actors?path=${encodeURIComponent(path)}`, "replace")} />}
              </>
            )}
          </Loaded>
        </Scroll>
        {chosen && <ActorDrawer actor={chosen} rates={live.rates.get(chosen.path)} on_close={close} />}
      </div>
    </Page>
  );
}
