import { render } from "preact";
import { App } from "./app";
import { start_engine } from "./lib/engine";
import { start_router } from "./lib/router";
import { start_unsaved } from "./lib/unsaved";

start_router();
start_unsaved();
start_engine();
render(<App />, document.body);
