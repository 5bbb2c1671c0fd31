// What comes from outside and what goes there: webhooks, targets, Telegram, and the ledger behind them.
import "./support/hooks.mjs"; // first: it opens the world before any suite
import "./suites/webhooks.mjs";
import "./suites/webhook_proof.mjs";
import "./suites/webhook_rules.mjs";
import "./suites/targets.mjs";
import "./suites/telegram.mjs";
import "./suites/ledger.mjs";
import "./suites/complaints.mjs";
