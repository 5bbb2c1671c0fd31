import { useState } from "preact/hooks";
import type { Model } from "../../api";
import { Button } from "../../components/button";
import { count, plural } from "../../lib/format";
import { badges_of, context_of, price, provider_name } from "../../lib/models";

const first_rows = 40; // of one provider; OpenRouter alone has some hundred

function Row({ m, on_price }: { m: Model; on_price: ((m: Model) => void) | undefined }) {
  const short = m.id.slice(m.provider.length + 1);
  return (
    <tr>
      <th scope="row" class="wide-cell">
        <span class="name">{m.name}</span> {m.default && <span class="badge badge--live">default</span>}
        {short !== m.name && <span class="sub mono break">{m.id}</span>}
        <span class="sub only-phone">{[...badges_of(m), `${context_of(m)} context`].join(", ")}</span>
      </th>
      <td class="not-phone"><span class="badges">{badges_of(m).map((b) => <span key={b} class="badge">{b}</span>)}</span></td>
      <td class="num not-phone" title={m.context_length > 0 ? `${count(m.context_length)} tokens` : "The provider does not say"}>{context_of(m)}</td>
      <td class="num">{price(m.pricing.prompt)}</td>
      <td class="num">{price(m.pricing.completion)}{m.own_price && <span class="sub">set here</span>}</td>
      {on_price && <td>{m.provider !== "demo" && <Button small onClick={() => on_price(m)}>Price<span class="vh"> of {m.name}</span></Button>}</td>}
    </tr>
  );
}

/// The models of one provider. Of a long list the first are shown until somebody asks for the rest.
export function ModelTable({ provider, models, narrowed, on_price }: { provider: string; models: readonly Model[]; narrowed: boolean; on_price?: ((m: Model) => void) | undefined }) {
  const [whole, set_whole] = useState(false);
  const shown = whole ? models : models.slice(0, first_rows);
  const name = provider_name(provider);
  return (
    <section class="panel bleed" aria-label={`Models of ${name}`}>
      <header><h2>{name}</h2><span class="faint pad-end">{plural(models.length, "model")}{narrowed && " found"}</span></header>
      <div class="table-wrap">
        <table class="table table--two models">
          <thead><tr><th scope="col">Model</th><th scope="col" class="not-phone">Can</th><th scope="col" class="num not-phone">Context, tokens</th><th scope="col" class="num">In, $/M</th><th scope="col" class="num">Out, $/M</th>{on_price && <td />}</tr></thead>
          <tbody>{shown.map((m) => <Row key={m.id} m={m} on_price={on_price} />)}</tbody>
        </table>
      </div>
      {shown.length < models.length && <footer><span>The first {shown.length}.</span><Button small onClick={() => set_whole(true)}>Show all {count(models.length)}</Button></footer>}
    </section>
  );
}
