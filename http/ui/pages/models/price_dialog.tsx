import { useState } from "preact/hooks";
import { api, type Model, type PriceBody } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { FormError } from "../../components/notice";
import { UsdField } from "../../components/usd_field";
import { useAct } from "../../lib/act";

/// Sets what a model costs, in the place of what its provider says.
export function PriceDialog({ model, on_close, on_saved }: { model: Model; on_close: () => void; on_saved: () => void }) {
  const act = useAct();
  const { pricing } = model;
  const [form, set_form] = useState<PriceBody>({
    model: model.id, prompt_usd: pricing.prompt, completion_usd: pricing.completion,
    cache_read_usd: pricing.cache_read ?? null, cache_write_usd: pricing.cache_write ?? null,
  });
  const field = (key: Exclude<keyof PriceBody, "model">) => ({ value: form[key], error: act.error?.fields[key], on_change: (usd: number | null) => set_form({ ...form, [key]: usd }) });
  const save = async (body: PriceBody) => {
    if (await act.run(() => api.set_price(body))) {
      on_saved();
      on_close();
    }
  };
  return (
    <Dialog title={`Price of ${model.name}`} on_close={on_close} on_submit={() => void save(form)} footer={<>
      {model.own_price && <Button server busy={act.busy} onClick={() => void save({ model: model.id, prompt_usd: null, completion_usd: null, cache_read_usd: null, cache_write_usd: null })}>Back to the provider’s</Button>}
      <Button onClick={on_close}>Leave it</Button>
      <Button kind="primary" type="submit" server busy={act.busy} disabled={form.prompt_usd === null || form.completion_usd === null}>Save the price</Button>
    </>}>
      <div class="stack gap-5">
        <p class="dim">USD for a million tokens. It counts from the next call on, for what runs cost and for budgets; what was spent stays as it is.</p>
        <div class="two">
          <UsdField label="Prompt" focus {...field("prompt_usd")} />
          <UsdField label="Answer" {...field("completion_usd")} />
        </div>
        <div class="two">
          <UsdField label={<>Read from the cache <span class="faint">if you like</span></>} help="Empty: as the prompt." {...field("cache_read_usd")} />
          <UsdField label={<>Put into the cache <span class="faint">if you like</span></>} help="Empty: as the prompt." {...field("cache_write_usd")} />
        </div>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
