// Exit code 0: all held; 1: something did not; the reason and the server's log stand on standard error.
import { Program } from "../support/program.mjs";
import { content } from "./content.mjs";
import { framing } from "./framing.mjs";
import { telegram } from "./telegram.mjs";

const program = new Program();
try {
  await program.start();
  await program.lift_limits();
  await content(program);
  await framing(program);
  await telegram(program);
} catch (error) {
  console.error(`${error.stack}\n--- the server's log:\n${program.log}`);
  process.exitCode = 1;
} finally {
  await program.remove();
}
