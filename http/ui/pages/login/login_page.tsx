import { useRef, useState } from "preact/hooks";
import { api } from "../../api";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Logo } from "../../components/icon";
import { FormError, OfflineNotice } from "../../components/notice";
import { useTitle } from "../../components/page";
import { useAct } from "../../lib/act";
import { useFocus } from "../../lib/focus";
import { load_session } from "../../lib/session";

/// Lets somebody in who has an account. The way on (`?next=`) is taken by the app once the session is known.
export function LoginPage() {
  useTitle("Sign in");
  const act = useAct();
  const [username, set_username] = useState("");
  const [password, set_password] = useState("");
  const name_box = useFocus<HTMLInputElement>();
  const password_box = useRef<HTMLInputElement>(null);

  const submit = async () => {
    const ok = await act.run(async () => {
      const answer = await api.login({ username: username.trim(), password });
      if ("mfa_token" in answer) throw new Error("This account asks for a second factor, which this version of the app cannot take.");
      await load_session();
    });
    if (!ok) {
      set_password("");
      password_box.current?.focus();
    }
  };

  return (
    <main class="setup setup--small" id="main">
      <a class="brand" href="/"><Logo /><span>oAI-Web</span></a>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void submit(); }}>
        <h1 class="lead">Sign in</h1>
        <OfflineNotice />
        <FormError error={act.error} />
        {act.error?.status === 429 && act.error.retry_after && <p class="dim" role="status">The next try counts after {act.error.retry_after} s.</p>}
        <Field label="User name" error={act.error?.fields["username"]}>
          {(ids) => <input class="input" {...ids} ref={name_box} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required value={username} onInput={(e) => set_username(e.currentTarget.value)} />}
        </Field>
        <Field label="Password" error={act.error?.fields["password"]}>
          {(ids) => <input class="input" {...ids} ref={password_box} name="password" type="password" autocomplete="current-password" required value={password} onInput={(e) => set_password(e.currentTarget.value)} />}
        </Field>
        <div class="btns"><Button kind="primary" type="submit" server busy={act.busy} disabled={!username || !password} keys="Enter">Sign in</Button></div>
        <p class="faint">Password lost? An admin can set a new one, or on the server <code>oai-web user reset-password NAME</code>.</p>
      </form>
    </main>
  );
}
