// What the program does, in the order in which a newcomer meets it: one server, one browser. (How the pages look: looks.test.mjs.)
import "./support/hooks.mjs"; // first: it opens the world before any suite
import "./suites/first_start.mjs";
import "./suites/sign_in.mjs";
import "./suites/chat.mjs";
import "./suites/confirmation.mjs";
import "./suites/agents.mjs";
import "./suites/webhooks.mjs";
import "./suites/settings.mjs";
import "./suites/models.mjs";
import "./suites/account.mjs";
import "./suites/attachments.mjs";
import "./suites/users.mjs";
import "./suites/audit.mjs";
import "./suites/engine.mjs";
import "./suites/streams.mjs";
import "./suites/keyboard.mjs";
import "./suites/complaints.mjs";
import "./suites/outage.mjs";
