import { render } from "preact";
import { App } from "./app";
import { start_engine } from "./lib/engine";
import { start_router } from "./lib/router";

start_router();
start_engine();
render(<App />, document.body);
