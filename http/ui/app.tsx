import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Sprite } from "./components/icon";
import { ErrorNotice } from "./components/notice";
import { Page } from "./components/page";
import { Shell } from "./components/shell";
import { navigate, url } from "./lib/router";
import { load_session, me, safe_next, start_error } from "./lib/session";
import { ActorsPage } from "./pages/actors/actors_page";
import { AgentPage } from "./pages/agent/agent_page";
import { NewAgentPage } from "./pages/agent/new_agent_page";
import { AgentsPage } from "./pages/agents/agents_page";
import { AuditPage } from "./pages/audit/audit_page";
import { ChatPage } from "./pages/chat/chat_page";
import { ChatsPage } from "./pages/chats/chats_page";
import { ComparePage } from "./pages/compare/compare_page";
import { EventsPage } from "./pages/events/events_page";
import { LoginPage } from "./pages/login/login_page";
import { ModelsPage } from "./pages/models/models_page";
import { QueuePage } from "./pages/queue/queue_page";
import { RunPage } from "./pages/run/run_page";
import { RunsPage } from "./pages/runs/runs_page";
import { SettingsPage } from "./pages/settings/settings_page";
import { SetupPage } from "./pages/setup/setup_page";
import { TargetsPage } from "./pages/targets/targets_page";
import { TasksPage } from "./pages/tasks/tasks_page";
import { TelegramPage } from "./pages/telegram/telegram_page";
import { TriggersPage } from "./pages/triggers/triggers_page";
import { UsersPage } from "./pages/users/users_page";

type Show = (id: string) => ComponentChildren;
interface Route { path: RegExp; admin?: boolean; show: Show }

const routes: readonly Route[] = [
  { path: /^\/$/, show: () => <ChatPage id={null} /> },
  { path: /^\/chat\/([^/]+)$/, show: (id) => <ChatPage id={id} /> },
  { path: /^\/chats$/, show: () => <ChatsPage /> },
  { path: /^\/agents$/, show: () => <AgentsPage /> },
  { path: /^\/agents\/new$/, show: () => <NewAgentPage /> },
  { path: /^\/agents\/([^/]+)$/, show: (id) => <AgentPage key={id} id={id} /> },
  { path: /^\/runs$/, show: () => <RunsPage /> },
  { path: /^\/queue$/, show: () => <QueuePage /> },
  { path: /^\/compare$/, show: () => <ComparePage /> },
  { path: /^\/runs\/([^/]+)$/, show: (id) => <RunPage key={id} id={id} /> },
  { path: /^\/triggers$/, show: () => <TriggersPage /> },
  { path: /^\/telegram$/, show: () => <TelegramPage /> },
  { path: /^\/events$/, show: () => <EventsPage /> },
  { path: /^\/targets$/, show: () => <TargetsPage /> },
  { path: /^\/tasks$/, show: () => <TasksPage /> },
  { path: /^\/models$/, show: () => <ModelsPage /> },
  { path: /^\/audit$/, show: () => <AuditPage /> },
  { path: /^\/settings(?:\/([^/]+))?$/, show: (part) => <SettingsPage path={part} /> },
  { path: /^\/users$/, admin: true, show: () => <UsersPage /> },
  { path: /^\/actors$/, admin: true, show: () => <ActorsPage /> },
];

function NotFound() {
  return (
    <Page title="Not found">
      <div class="scroll stack"><div class="empty"><h2>There is no page at this address</h2><p class="clip mono">{url.value.pathname}</p><a class="btn btn--primary" href="/">Go to the chat</a></div></div>
    </Page>
  );
}

function NotAllowed() {
  return (
    <Page title="For admins">
      <div class="scroll stack"><div class="empty"><h2>This page is for admins</h2><p>Your account has the role “user”. An admin can change that on the page Users.</p></div></div>
    </Page>
  );
}

/// Leaves the sign-in pages once somebody is in.
function Forward({ to }: { to: string }) {
  useEffect(() => navigate(to, "replace"), []);
  return null;
}

function Current() {
  const path = url.value.pathname;
  if (path === "/setup") return <SetupPage />;
  if (path === "/login") return me.value ? <Forward to={safe_next(url.value.searchParams.get("next"))} /> : <LoginPage />;
  if (start_error.value) {
    return <main class="setup" id="main"><div class="setup-notice"><h1 class="vh">oAI-Web</h1><ErrorNotice error={start_error.value} what="The app could not start." retry={() => void load_session()} /></div></main>;
  }
  if (!me.value) return null;
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match) return <Shell>{route.admin && me.value.role !== "admin" ? <NotAllowed /> : route.show(decodeURIComponent(match[1] ?? ""))}</Shell>;
  }
  return <Shell><NotFound /></Shell>;
}

export function App() {
  useEffect(() => { void load_session(); }, []);
  return <><Sprite /><Current /></>;
}
