// What a newcomer does, in that order: comes in, talks, is asked, loses the connection. Each test file has a server and a browser of
// its own, so that they go on side by side. (Agents and the engine: engine.test.mjs. How the pages look: looks.test.mjs.)
import "./support/hooks.mjs"; // first: it opens the world before any suite
import "./suites/first_start.mjs";
import "./suites/sign_in.mjs";
import "./suites/chat.mjs";
import "./suites/confirmation.mjs";
import "./suites/conversations.mjs";
import "./suites/attachments.mjs";
import "./suites/streams.mjs";
import "./suites/keyboard.mjs";
import "./suites/complaints.mjs";
import "./suites/outage.mjs";
