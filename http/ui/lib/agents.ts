import type { Agent } from "../api";
import { is_admin, me } from "./session";

/// Whether a chat with this agent can be begun: it is switched on, and one's own (an admin's: or one of the system).
export const may_talk = (a: Agent) => a.enabled && (a.owner_user_id === me.value?.id || (a.owner_user_id === null && is_admin()));
