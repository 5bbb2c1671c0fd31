// For a test file whose server has the tests' own actor in it (tests/e2e/main.cpp). Imported before everything else: server.mjs
// reads the name of the program once.
import { dirname, join } from "node:path";

const program = process.env.OAI_WEB_BIN ?? process.env.OAI_WEB_PROGRAM;
if (program) process.env.OAI_WEB_BIN = join(dirname(program), "oai-web-e2e");
