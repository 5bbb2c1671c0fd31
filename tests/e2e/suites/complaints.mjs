import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { complaints } from "../support/world.mjs";

suite("Complaints of the browser", () => {
  test("no page broke the content security policy or threw an error", () => {
    assert.deepEqual(complaints, []);
  });
});
