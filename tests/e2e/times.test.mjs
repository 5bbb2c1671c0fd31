// Whether the page of the actors shows the times that an actor really takes: a server with a slow actor in it.
import "./support/sleeper.mjs"; // first: it names the program
import "./support/hooks.mjs";
import "./suites/times.mjs";
import "./suites/complaints.mjs";
