import { useState } from "preact/hooks";
import { api, type Model, type Provider } from "../../api";
import { Button } from "../../components/button";
import { Choices, Filter, NothingFound } from "../../components/filter";
import { Loaded } from "../../components/loaded";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { by_provider, matches, provider_name } from "../../lib/models";
import { useReload, useResource } from "../../lib/resource";
import { set_query, url } from "../../lib/router";
import { is_admin } from "../../lib/session";
import { ModelTable } from "./model_table";
import { in_trouble, Providers } from "./providers";
import { PriceDialog } from "./price_dialog";
import { ServerDialog } from "./server_dialog";

type Show = "all" | "vision" | "pdf" | "tools" | "online";
const choices = [["all", "All"], ["vision", "Vision"], ["pdf", "PDF"], ["tools", "Tools"], ["online", "Online"]] as const;
const admin_help = [{ keys: "N", what: "add a model server" }] as const;

function lead(models: readonly Model[], providers: readonly Provider[] | undefined) {
  const real = models.filter((m) => m.provider !== "demo");
  const of = new Set(real.map((m) => m.provider)).size;
  const first = models.find((m) => m.default);
  const bad = providers?.filter(in_trouble) ?? [];
  return (
    <p class="lead">
      {real.length === 0 ? "Only the demo model so far. " : `${plural(real.length, "model")} of ${plural(of, "provider")}. `}
      <em>{first ? `New chats begin with ${first.provider === "demo" ? "the demo model" : first.name}. ` : "The default model is not in any list. "}</em>
      {bad.length > 0 && (bad.length === 1 ? `${provider_name(bad[0]!.name)} needs a look.` : `${bad.length} providers need a look.`)}
    </p>
  );
}

/// Where models come from when there is none but the demo.
function First({ on_add }: { on_add: () => void }) {
  if (is_admin()) {
    return (
      <Empty title="No provider yet" action={<><a class="btn btn--primary" href="/settings/models">Enter a key</a><Button icon="plus" onClick={on_add}>Add a model server</Button></>}>
        <p>Give the key of Anthropic, OpenAI or OpenRouter, or the address of a server that speaks OpenAI’s Chat Completions: Ollama, llama.cpp, vLLM, LM Studio. Its models then stand here with what they can do and cost.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No provider yet" action={<a class="btn" href="/settings/provider-keys">Enter a key of your own</a>}>
      <p>An admin gives this server its keys. With a key of your own for Anthropic, OpenAI or OpenRouter you can begin now; it is used for your runs only.</p>
    </Empty>
  );
}

/// All models by provider; for admins also how the providers are doing.
export function ModelsPage() {
  const models = useResource("models", (s) => api.models(s), 20_000);
  const providers = useResource(is_admin() ? "providers" : null, (s) => api.providers(s), 3000);
  useReload(providers.data?.map((p) => `${p.name} ${p.listed_at} ${p.models}`).join(), models.reload); // a list came
  const [find, set_find] = useState(url.value.searchParams.get("find") ?? "");
  const [show, set_show] = useState<Show>("all");
  const [priced, set_priced] = useState<Model | null>(null);
  const adding = is_admin() && url.value.searchParams.has("add");
  const add = () => set_query("add", "1");
  useKeys(is_admin() ? { n: add } : {}, is_admin() ? admin_help : []);
  const reload = () => { models.reload(); providers.reload(); };
  return (
    <Page title="Models" actions={is_admin() && <Button small icon="plus" keys="N" onClick={add}>Add a model server</Button>}>
      <Scroll label="Models">
        <Loaded of={models} what="the models" unaffected="Runs that are going on are not affected.">
          {(all) => {
            const found = all.filter((m) => (show === "all" || m.capabilities[show]) && matches(m, find));
            return (
              <>
                {lead(all, providers.data)}
                {is_admin() && <Providers of={providers} on_change={reload} on_add={add} />}
                {all.every((m) => m.provider === "demo") && !providers.data?.length && <First on_add={add} />}
                <div class="toolbar">
                  <Filter label="Filter models" hint="Filter by name or badge" value={find} on_change={set_find} />
                  <Choices label="Show" items={choices} value={show} on_change={set_show} />
                  <span class="grow" /><span class="faint" role="status">{found.length === all.length ? plural(all.length, "model") : `${found.length} of ${plural(all.length, "model")}`}</span>
                </div>
                {found.length === 0 ? <NothingFound on_clear={() => { set_find(""); set_show("all"); }} />
                  : by_provider(found).map(([provider, group]) => <ModelTable key={provider} provider={provider} models={group} narrowed={found.length !== all.length} on_price={is_admin() ? set_priced : undefined} />)}
                {found.length > 0 && <p class="faint">Prices are USD for a million tokens; – means that the provider does not say{is_admin() && ", and a budget cannot be kept with such a model until its price is set here"}.</p>}
              </>
            );
          }}
        </Loaded>
      </Scroll>
      {priced && <PriceDialog model={priced} on_close={() => set_priced(null)} on_saved={models.reload} />}
      {adding && <ServerDialog on_close={() => set_query("add", null)} on_added={reload} />}
    </Page>
  );
}
