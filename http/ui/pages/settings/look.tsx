import type { Theme } from "../../api";
import { FormError } from "../../components/notice";
import { useAct } from "../../lib/act";
import { choose_theme, me } from "../../lib/session";
import { remembered_theme } from "../../lib/theme";

const themes: readonly (readonly [Theme, string, string])[] = [
  ["system", "As the system", "Light or dark, whichever this device asks for."],
  ["light", "Light", "Always."],
  ["dark", "Dark", "Always."],
];

/// The theme: kept with the account, and in this browser for the time before sign-in.
export function Look() {
  const act = useAct();
  const now = me.value?.theme ?? remembered_theme();
  const choose = (theme: Theme) => void act.run(() => choose_theme(theme));
  return (
    <section class="set">
      <h2>Look</h2>
      <p>Holds for you on every device.</p>
      <fieldset class="stack gap-4 choices">
        <legend class="vh">Theme</legend>
        {themes.map(([theme, name, what]) => (
          <label key={theme} class="choice"><input type="radio" name="theme" value={theme} checked={now === theme} onChange={() => choose(theme)} /><b>{name}</b><span /><p>{what}</p></label>
        ))}
      </fieldset>
      <FormError error={act.error} />
    </section>
  );
}
