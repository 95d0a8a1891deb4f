/** `npm run bench`: sets everything up, then measures. Standard output is the benchmark's alone: `npm run -s bench -- --json`. */
import { setUp } from "./pnpm.mjs";
import { runApp } from "./run-app.mjs";

setUp(["@attune-demo/bench"]);
runApp("bench", process.argv.slice(2));
