// How every page looks, on a server and browser of its own, so that it goes on beside behaviour.test.mjs.
import "./support/hooks.mjs"; // first: it opens the world before any suite
import "./suites/looks.mjs";
import "./suites/complaints.mjs";
