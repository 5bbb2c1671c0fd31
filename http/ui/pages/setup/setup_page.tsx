import { useEffect, useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Logo, Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { FormError, OfflineNotice } from "../../components/notice";
import { useTitle } from "../../components/page";
import { useAct } from "../../lib/act";
import { useFocus } from "../../lib/focus";
import { useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { load_session } from "../../lib/session";
import { name_problem, password_problem } from "./rules";

/// First start: makes the first admin, then opens a chat with the demo model.
export function SetupPage() {
  useTitle("First start");
  const state = useResource("setup", () => api.setup_state());
  useEffect(() => { if (state.data?.needed === false) navigate("/login", "replace"); }, [state.data]);
  return (
    <main class="setup" id="main">
      <a class="brand" href="/"><Logo /><span>oAI-Web</span></a>
      <div class="setup-notice"><OfflineNotice /><Loaded of={state} what="the state of this server">{() => null}</Loaded></div>
      {state.data?.needed && <SetupForm code_required={state.data.code_required} />}
    </main>
  );
}

function SetupForm({ code_required }: { code_required: boolean }) {
  const act = useAct();
  const first_box = useFocus<HTMLInputElement>();
  const [form, set_form] = useState({ username: "", password: "", again: "", code: "" });
  const [tried, set_tried] = useState(false);
  const set = (name: keyof typeof form) => (e: { currentTarget: HTMLInputElement }) => set_form({ ...form, [name]: e.currentTarget.value });

  const problems = {
    username: name_problem(form.username),
    password: password_problem(form.password),
    again: form.again === form.password ? undefined : "The two are not the same.",
    code: code_required && !form.code.trim() ? "The terminal and the log of the server show it." : undefined,
  };
  const shown = (name: keyof typeof problems) => {
    const typed = form[name] !== "";
    return (tried || (typed && name === "again" && form.again.length >= form.password.length) ? problems[name] : undefined) ?? act.error?.fields[name];
  };
  const submit = async () => {
    set_tried(true);
    const first = (Object.keys(problems) as (keyof typeof problems)[]).find((k) => problems[k]);
    if (first) return document.querySelector<HTMLInputElement>(`input[name="${first}"]`)?.focus();
    await act.run(async () => {
      await api.setup({ username: form.username, password: form.password, ...(code_required ? { code: form.code.trim() } : {}) });
      await load_session();
      navigate("/");
    });
  };
  const length = new TextEncoder().encode(form.password).length;

  return (
    <>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void submit(); }}>
        <div><h1 class="lead">Welcome. One question, and it runs.</h1><p class="dim">It takes about a minute. Everything here can be changed later.</p></div>
        <ol class="rail">
          <li>
            <Mark name="live" /><h2>Who runs this server?</h2>
            <p class="dim">The first account is an admin. Others can be added afterwards.</p>
            <div class="two">
              <Field label="User name" error={shown("username")} help="Small letters, digits and . _ -">
                {(ids) => <input class="input" {...ids} ref={first_box} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required value={form.username} onInput={set("username")} />}
              </Field>
              {code_required && (
                <Field label="One-time code" error={shown("code")} help="Shown in the terminal and the log of the server, because it is reachable from other machines.">
                  {(ids) => <input class="input mono" {...ids} name="code" autocomplete="one-time-code" spellcheck={false} required value={form.code} onInput={set("code")} />}
                </Field>
              )}
            </div>
            <div class="two">
              <Field label="Password" error={shown("password")} help={length === 0 ? "At least 10 characters; a few words are good." : `${[...form.password].length} characters${length < 10 ? `, ${10 - length} more to go` : length >= 16 ? ": strong enough" : ""}`}>
                {(ids) => <input class="input" {...ids} name="password" type="password" autocomplete="new-password" required value={form.password} onInput={set("password")} />}
              </Field>
              <Field label="Once more" error={shown("again")}>
                {(ids) => <input class="input" {...ids} name="again" type="password" autocomplete="new-password" required value={form.again} onInput={set("again")} />}
              </Field>
            </div>
          </li>
          <li>
            <Mark name="wait" /><h2>Then: a first chat</h2>
            <p class="dim">With the built-in demo model. It needs no key, isn’t clever, but it streams, calls tools and asks before it acts, so you can see how everything works.</p>
          </li>
        </ol>
        <FormError error={act.error} />
        <div class="btns setup-go"><Button kind="primary" type="submit" server busy={act.busy} keys="Enter">Start with the demo model</Button><span class="faint">A first chat opens right away.</span></div>
      </form>
      <aside aria-labelledby="server-head">
        <h2 class="h2" id="server-head">This server</h2>
        <p class="dim">{code_required ? "It is reachable from other machines; that is why it asks for the code." : "It is reachable from this machine only."}</p>
      </aside>
    </>
  );
}
