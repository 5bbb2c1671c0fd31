import { useRef, useState } from "preact/hooks";
import { api, type Budget, type Role, type User } from "../../api";
import { Button } from "../../components/button";
import { Loaded } from "../../components/loaded";
import { FormError } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { Time } from "../../components/time";
import { useAct } from "../../lib/act";
import { offline_since } from "../../lib/connection";
import { plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { me } from "../../lib/session";
import { BudgetDialog } from "./budget_dialog";
import { NewUserDialog, PasswordDialog } from "./user_dialogs";

const new_help = [{ keys: "N", what: "new user" }] as const;

function budget_words({ day_usd, month_usd }: Budget): string {
  const parts = [day_usd !== null && `$${day_usd} a day`, month_usd !== null && `$${month_usd} a month`].filter((p) => p !== false);
  return parts.length === 0 ? "Budget" : parts.join(", ");
}

/// Who may sign in, and as what.
export function UsersPage() {
  const users = useResource("users", (s) => api.users(s));
  const act = useAct();
  const [over, set_over] = useState<"new" | User | null>(null);
  const [budget_of, set_budget_of] = useState<User | null>(null);
  const about = useRef("");
  useKeys({ n: () => set_over("new") }, new_help);
  const replace = (user: User) => users.set((all) => all.map((u) => (u.id === user.id ? user : u)));
  const change = (user: User, body: { role?: Role; is_active?: boolean }) => {
    about.current = user.username;
    replace({ ...user, ...body });
    void act.run(async () => replace(await api.update_user(user.id, body))).then((ok) => { if (!ok) replace({ ...user }); });
  };
  const off = offline_since.value !== null;
  return (
    <Page title="Users" actions={<Button kind="primary" small icon="plus" keys="N" onClick={() => set_over("new")}>New user</Button>}>
      <Scroll label="Users">
        <Loaded of={users} what="the users" unaffected="Who is signed in stays so.">
          {(all) => {
            const disabled = all.filter((u) => !u.is_active).length;
            return (
              <>
                <p class="lead">{plural(all.length, "user")}{disabled > 0 && <em>, {disabled} of them disabled</em>}. <em>Changes hold at once, also for who is signed in.</em></p>
                {act.error && <div class="stack gap-4"><p class="vh" role="status">{about.current} was not changed.</p><FormError error={act.error} /></div>}
                <section class="panel bleed" aria-label="All users"><div class="table-wrap"><table class="table table--two">
                  <thead><tr><th scope="col">User</th><th scope="col">Role</th><th scope="col" class="num not-phone">Since</th><th scope="col">May sign in</th><td /></tr></thead>
                  <tbody>{all.map((u) => (
                    <tr key={u.id}>
                      <th scope="row"><span class="name">{u.username}</span>{u.id === me.value?.id && <span class="faint"> you</span>}</th>
                      <td><select class="select role-select" aria-label={`Role of ${u.username}`} disabled={off} value={u.role} onChange={(e) => change(u, { role: e.currentTarget.value as Role })}><option value="user">user</option><option value="admin">admin</option></select></td>
                      <td class="num not-phone faint">{u.created_at ? <Time at={u.created_at} /> : ""}</td>
                      <td><input class="switch" type="checkbox" role="switch" aria-label={`${u.username} may sign in`} disabled={off} checked={u.is_active} onChange={(e) => change(u, { is_active: e.currentTarget.checked })} /></td>
                      <td><div class="btns btns--end"><Button small onClick={() => set_budget_of(u)}><span class="not-phone">{budget_words(u.budget)}</span><span class="only-phone">Budget</span><span class="vh"> of {u.username}</span></Button><Button small icon="key" onClick={() => set_over(u)}><span class="not-phone">New password</span><span class="vh"> for {u.username}</span></Button></div></td>
                    </tr>
                  ))}</tbody>
                </table></div></section>
              </>
            );
          }}
        </Loaded>
      </Scroll>
      {budget_of && <BudgetDialog user={budget_of} on_close={() => set_budget_of(null)} on_saved={replace} />}
      {over === "new" && <NewUserDialog on_close={() => set_over(null)} on_made={() => users.reload()} />}
      {over !== null && over !== "new" && <PasswordDialog user={over} on_close={() => set_over(null)} />}
    </Page>
  );
}
