import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { as_admin, cookie_for, server } from "../support/world.mjs";

/// Reads events from `path` after `last_id` until `limit` have come or the stream ends; then the connection is cut.
async function read_events(path, last_id, limit) {
  const headers = { Cookie: await cookie_for() };
  let answer;
  // Streams that were cut count until the server sees it; beyond the limit it says 503, and the app tries again as we do here.
  for (let tries = 0; tries < 20; tries += 1) {
    answer = await fetch(`${server.url}${path}?last_event_id=${encodeURIComponent(last_id)}`, { headers });
    if (answer.status !== 503) break;
    await answer.text();
    await new Promise((r) => setTimeout(r, 250));
  }
  assert.equal(answer.status, 200);
  const events = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of answer.body) {
    const blocks = (rest + decoder.decode(piece, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split("\n")) {
        const at = line.indexOf(": ");
        if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
      }
      if (event.event) events.push({ id: event.id, name: event.event, data: JSON.parse(event.data) });
      if (events.length === limit || event.event === "done" || event.event === "error") return events; // cuts it
    }
  }
  return events;
}

const words = Array.from({ length: 24 }, (_, i) => `wörd${i + 1}`).join(" ");

/// Says something and reads the answer over a connection that is cut after every `n` events. `answer`: its text, where it is known.
async function cut_after(n, said = `/say ${words}`, answer = words) {
  const conversation = await as_admin("POST", "/api/conversations", {});
  const path = `/api/conversations/${conversation.id}/events`;
  const turn = await as_admin("POST", `/api/conversations/${conversation.id}/messages`, { text: said });
  let last = turn.last_event_id, joined = "", connections = 0;
  const seen = new Set();
  for (;;) {
    const events = await read_events(path, last, n);
    connections += 1;
    for (const event of events) {
      assert.ok(!seen.has(event.id), `cut after ${n}: the event ${event.id} came twice`);
      seen.add(event.id);
      last = event.id;
      assert.notEqual(event.name, "reset", `cut after ${n}: what was sent is no longer kept`);
      assert.notEqual(event.name, "error", `cut after ${n}: ${JSON.stringify(event.data)}`);
      if (event.name === "text") joined += event.data.content;
      if (event.name === "done") {
        if (answer) assert.equal(event.data.text, answer, `cut after ${n}: the answer itself`);
        return { joined, connections, text: event.data.text };
      }
    }
  }
}

suite("Event streams", () => {
  test("lose nothing and double nothing when cut after each n-th event, n = 1 to 20", { timeout: 240_000 }, async () => {
    for (let n = 1; n <= 20; n += 2) { // two at a time: three runs may go on at once
      const outcomes = await Promise.all([n, n + 1].map((each) => cut_after(each)));
      for (const [i, { joined, connections }] of outcomes.entries()) {
        assert.equal(Buffer.compare(Buffer.from(joined), Buffer.from(words)), 0, `cut after ${n + i}: ${joined}`);
        assert.ok(connections > 1, `cut after ${n + i}: it was never cut`);
      }
    }
  });

  test("join to the whole text also around calls that are made side by side", async () => {
    const { joined, text } = await cut_after(3, "/say Before\n/tool time {} ; time {} ; time {}\n/say After", null);
    assert.equal(joined, text);
    assert.match(text, /^Before\n\ntime: .*\ntime: .*\ntime: .*\nAfter$/);
  });
});
