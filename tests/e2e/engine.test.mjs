// What works on its own, what it is set to, and who may: agents, settings, models, people, the engine.
import "./support/hooks.mjs"; // first: it opens the world before any suite
import "./suites/agents.mjs";
import "./suites/subagents.mjs";
import "./suites/schedules.mjs";
import "./suites/queue.mjs";
import "./suites/put_aside.mjs";
import "./suites/settings.mjs";
import "./suites/models.mjs";
import "./suites/budgets.mjs";
import "./suites/account.mjs";
import "./suites/users.mjs";
import "./suites/audit.mjs";
import "./suites/engine.mjs";
import "./suites/complaints.mjs";
