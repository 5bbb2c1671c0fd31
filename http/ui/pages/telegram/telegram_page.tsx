import { useState } from "preact/hooks";
import { api, type TelegramChat, type TelegramState, type TelegramStatus } from "../../api";
import { Button } from "../../components/button";
import { Mark } from "../../components/icon";
import { Loaded } from "../../components/loaded";
import { Empty } from "../../components/notice";
import { Page, Scroll } from "../../components/page";
import { Time } from "../../components/time";
import { useKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { navigate, url } from "../../lib/router";
import { is_admin } from "../../lib/session";
import { AllowDialog } from "./allow_dialog";
import { ChatDrawer } from "./chat_drawer";
import { ChatList } from "./chat_list";
import { TriggerWords } from "./trigger_words";

const states: Record<TelegramState, string> = {
  off: "off", connecting: "connecting", on: "on", second_poller: "another program takes its updates", refused: "its token is refused", unreachable: "Telegram cannot be reached",
};

function Bot({ now }: { now: TelegramStatus }) {
  const well = now.state === "on" || now.state === "connecting";
  return (
    <>
      <p class="lead">{now.username ? <b>@{now.username}</b> : "The bot"} is {states[now.state]}{now.by_webhook ? ", by webhook. " : ". "}<em>{now.alive_at ? <>Telegram answered last <Time at={now.alive_at} />.</> : "Telegram has not answered yet."}</em></p>
      {now.detail && <div class={well ? "notice" : "notice notice--warn"}><Mark name="hand" /><p>{now.detail}</p></div>}
    </>
  );
}

/// The Telegram bot: how it is, its chats, and which words start which agent.
export function TelegramPage() {
  const status = useResource("telegram", (s) => api.telegram(s), 2000);
  const chats = useResource("telegram chats", (s) => api.telegram_chats(s), 3000);
  const agents = useResource("agents", (s) => api.agents(s));
  const [allow, set_allow] = useState<TelegramChat | "new" | null>(null);
  const selected = url.value.searchParams.get("id");
  const close = () => navigate("/telegram", "replace");
  useKeys({ Escape: close }, [{ keys: "Esc", what: "close the chat" }]);
  const shown = chats.data?.find((c) => c.chat_id === selected);
  const settings = <a class="btn btn--primary" href="/settings/telegram">Set up the bot</a>;
  return (
    <Page title="Telegram" scene={shown ? "detail" : undefined} actions={is_admin() && <Button small icon="plus" onClick={() => set_allow("new")}>Allow a chat</Button>}>
      <div class={shown ? "split" : "split split--one"}>
        <Scroll label="Telegram">
          <Loaded of={status} what="the bot" unaffected="Messages wait at Telegram.">
            {(now) => (now.state === "off"
              ? <Empty title="There is no bot yet" {...(is_admin() ? { action: settings } : {})}><p>Make a bot with @BotFather in Telegram; {is_admin() ? "its token is kept here." : "an administrator enters its token."} Then chats that you allow talk with your assistant, and words in them start agents.</p></Empty>
              : <Bot now={now} />)}
          </Loaded>
          <Loaded of={chats} what="the chats">
            {(all) => <ChatList chats={all} selected={selected} on_allow={set_allow} />}
          </Loaded>
          <TriggerWords agents={agents} />
        </Scroll>
        {shown && <ChatDrawer key={shown.chat_id} chat={shown} agents={agents} on_close={close} on_change={chats.reload} on_allow={() => set_allow(shown)} />}
      </div>
      {allow && <AllowDialog chat={allow === "new" ? null : allow} on_close={() => set_allow(null)} on_done={chats.reload} />}
    </Page>
  );
}
