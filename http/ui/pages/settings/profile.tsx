import { useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Mark } from "../../components/icon";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { focus_invalid } from "../../lib/focus";
import { me, sign_out } from "../../lib/session";
import { OwnUsage } from "./own_usage";
import { password_problem } from "../setup/rules";

/// Who one is, the password, and signing out.
export function Profile() {
  const out = useAct();
  return (
    <>
      <section class="set">
        <h2>Profile and sign-in</h2>
        <div class="rows">
          <div class="opt"><span class="t">User name</span><p>It names your folder and can’t be changed.</p><div class="ctl"><span>{me.value?.username}</span></div></div>
          <div class="opt"><span class="t">Role</span><p>{me.value?.role === "admin" ? "You may do everything, also steer the engine and manage users." : "You may use everything that is yours. An admin manages the rest."}</p><div class="ctl"><span class="badge">{me.value?.role}</span></div></div>
          <div class="opt stackable"><span class="t">Sign out</span><p>Everywhere means: every browser that is signed in as you, this one too. API keys stay.</p>
            <div class="ctl"><Button small server busy={out.busy} onClick={() => void out.run(() => sign_out(false))}>Here</Button><Button small server busy={out.busy} onClick={() => void out.run(() => sign_out(true))}>Everywhere</Button></div></div>
        </div>
        <FormError error={out.error} />
      </section>
      <OwnUsage />
      <TimeZone />
      <Password />
    </>
  );
}

const zones = Intl.supportedValuesOf("timeZone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/// In which time zone one's schedules go.
function TimeZone() {
  const act = useAct();
  const set = me.value?.time_zone ?? "";
  const [text, set_text] = useState(set);
  const save = (time_zone: string) => void act.run(async () => { me.value = await api.update_me({ time_zone: time_zone.trim() }); set_text(me.value.time_zone); });
  return (
    <section class="set">
      <h2>Time zone</h2>
      <form class="stack gap-5 narrow-form" noValidate onSubmit={(e) => { e.preventDefault(); save(text); }}>
        <Field label="Time zone of your schedules" help={`Empty: the server’s, ${me.value?.system_time_zone}.`} error={act.error?.fields["time_zone"]}>
          {(ids) => <input class="input" {...ids} list="time-zones" autocomplete="off" spellcheck={false} placeholder={me.value?.system_time_zone} value={text} onInput={(e) => set_text(e.currentTarget.value)} />}
        </Field>
        <datalist id="time-zones">{zones.map((z) => <option key={z} value={z} />)}</datalist>
        <FormError error={act.error} />
        <div class="btns">
          <Button type="submit" server busy={act.busy} disabled={text.trim() === set}>Save the time zone</Button>
          {here && here !== set && <Button kind="quiet" server onClick={() => save(here)}>Use this browser’s, {here}</Button>}
        </div>
      </form>
    </section>
  );
}

function Password() {
  const act = useAct();
  const [form, set_form] = useState({ current: "", next: "", again: "" });
  const [tried, set_tried] = useState(false);
  const [done, set_done] = useState(false);
  const set = (key: keyof typeof form) => (e: { currentTarget: HTMLInputElement }) => { set_done(false); set_form({ ...form, [key]: e.currentTarget.value }); };
  const problems = { next: password_problem(form.next), again: form.again === form.next ? undefined : "The two are not the same." };
  const save = async () => {
    set_tried(true);
    if (problems.next || problems.again) return focus_invalid();
    const ok = await act.run(() => api.update_me({ current_password: form.current, password: form.next }));
    if (!ok) return;
    set_form({ current: "", next: "", again: "" });
    set_tried(false);
    set_done(true);
  };
  return (
    <section class="set">
      <h2>Password</h2>
      <form class="stack gap-5 narrow-form" noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
        <input class="vh" type="text" name="username" autocomplete="username" value={me.value?.username} readOnly tabIndex={-1} aria-hidden="true" />
        <Field label="Present password" error={act.error?.fields["current_password"]}>{(ids) => <input class="input" {...ids} type="password" autocomplete="current-password" value={form.current} onInput={set("current")} />}</Field>
        <Field label="New password" help="At least 10 characters." error={(tried ? problems.next : undefined) ?? act.error?.fields["password"]}>{(ids) => <input class="input" {...ids} type="password" autocomplete="new-password" value={form.next} onInput={set("next")} />}</Field>
        <Field label="Once more" error={tried ? problems.again : undefined}>{(ids) => <input class="input" {...ids} type="password" autocomplete="new-password" value={form.again} onInput={set("again")} />}</Field>
        <FormError error={act.error} />
        <div class="btns"><Button type="submit" server busy={act.busy} disabled={!form.current || !form.next}>Change the password</Button>{done && <span class="state" role="status"><Mark name="ok" />Changed</span>}</div>
      </form>
    </section>
  );
}
