import { useState } from "preact/hooks";
import { api, type Role, type User } from "../../api";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { focus_invalid } from "../../lib/focus";
import { name_problem, password_problem } from "../setup/rules";

/// Makes an account.
export function NewUserDialog({ on_close, on_made }: { on_close: () => void; on_made: () => void }) {
  const act = useAct();
  const [form, set_form] = useState<{ username: string; password: string; role: Role }>({ username: "", password: "", role: "user" });
  const [tried, set_tried] = useState(false);
  const name_error = name_problem(form.username);
  const password_error = password_problem(form.password);
  const make = async () => {
    set_tried(true);
    if (name_error || password_error) return focus_invalid();
    if (await act.run(() => api.create_user(form))) {
      on_made();
      on_close();
    }
  };
  return (
    <Dialog title="New user" on_close={on_close} on_submit={() => void make()} footer={<><Button onClick={on_close}>Leave it</Button><Button kind="primary" type="submit" server busy={act.busy}>Make the user</Button></>}>
      <div class="stack gap-5">
        <Field label="User name" help="Small letters, digits and . _ -; it names their folder." error={(tried ? name_error : undefined) ?? act.error?.fields["username"]}>{(ids) => <input class="input" {...ids} autofocus required autocomplete="off" autocapitalize="none" spellcheck={false} value={form.username} onInput={(e) => set_form({ ...form, username: e.currentTarget.value })} />}</Field>
        <Field label="First password" help="At least 10 characters. They can change it in their settings." error={(tried ? password_error : undefined) ?? act.error?.fields["password"]}>{(ids) => <input class="input" {...ids} type="password" required autocomplete="new-password" value={form.password} onInput={(e) => set_form({ ...form, password: e.currentTarget.value })} />}</Field>
        <Field label="Role" help={form.role === "admin" ? "May do everything, also manage users and steer the engine." : "Sees and uses only what is theirs."} error={act.error?.fields["role"]}>{(ids) => <select class="select" {...ids} value={form.role} onChange={(e) => set_form({ ...form, role: e.currentTarget.value as Role })}><option value="user">user</option><option value="admin">admin</option></select>}</Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}

/// Sets another password for somebody who lost theirs.
export function PasswordDialog({ user, on_close }: { user: User; on_close: () => void }) {
  const act = useAct();
  const [password, set_password] = useState("");
  const [tried, set_tried] = useState(false);
  const problem = password_problem(password);
  const save = async () => {
    set_tried(true);
    if (problem) return focus_invalid();
    if (await act.run(() => api.update_user(user.id, { password }))) on_close();
  };
  return (
    <Dialog title={`New password for ${user.username}`} on_close={on_close} on_submit={() => void save()} footer={<><Button onClick={on_close}>Leave it</Button><Button kind="primary" type="submit" server busy={act.busy}>Set the password</Button></>}>
      <div class="stack gap-5">
        <Field label="New password" help="Tell it to them; they can change it in their settings." error={(tried ? problem : undefined) ?? act.error?.fields["password"]}>{(ids) => <input class="input" {...ids} type="password" autofocus required autocomplete="new-password" value={password} onInput={(e) => set_password(e.currentTarget.value)} />}</Field>
        <FormError error={act.error} />
      </div>
    </Dialog>
  );
}
