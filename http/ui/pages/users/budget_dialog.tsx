import { useState } from "preact/hooks";
import { api, type Budget, type User } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { FormError } from "../../components/notice";
import { UsdField } from "../../components/usd_field";
import { useAct } from "../../lib/act";

/// Sets what somebody's chats and agents may cost.
export function BudgetDialog({ user, on_close, on_saved }: { user: User; on_close: () => void; on_saved: (user: User) => void }) {
  const act = useAct();
  const [budget, set_budget] = useState<Budget>(user.budget);
  const save = async () => {
    if (await act.run(async () => on_saved(await api.update_user(user.id, { budget })))) on_close();
  };
  const error = (key: keyof Budget) => act.error?.fields[`budget.${key}`] ?? act.error?.fields[key];
  return (
    <Dialog title={`Budget of ${user.username}`} on_close={on_close} on_submit={() => void save()} footer={<><Button onClick={on_close}>Leave it</Button><Button kind="primary" type="submit" server busy={act.busy}>Save the budget</Button></>}>
      <div class="stack gap-5">
        <p class="dim">What all of their chats and agents may cost together, in USD. Calls of models that would go over it are refused until the next day or month, by the clock of the server’s time zone. It holds at once.</p>
        <UsdField label="For a day" help="Empty: no limit." focus value={budget.day_usd} error={error("day_usd")} on_change={(usd) => set_budget({ ...budget, day_usd: usd })} />
        <UsdField label="For a month" help="Empty: no limit." value={budget.month_usd} error={error("month_usd")} on_change={(usd) => set_budget({ ...budget, month_usd: usd })} />
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
