/** `npm run simulate`: sets everything up, then runs schedules of the deterministic simulation. */
import { setUp } from "./pnpm.mjs";
import { runApp } from "./run-app.mjs";

setUp(["@attune-demo/simulation"]);
runApp("simulation", process.argv.slice(2));
