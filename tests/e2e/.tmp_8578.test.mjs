import "./support/hooks.mjs";
import "./suites/tmp_looks.mjs";
import "./suites/complaints.mjs";
