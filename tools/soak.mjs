/** `npm run soak`: sets everything up, then lets real clients and servers go through faults of every kind. */
import { setUp } from "./pnpm.mjs";
import { runApp } from "./run-app.mjs";

setUp(["@attune-demo/bench"]);
runApp("bench", process.argv.slice(2), "soak.mjs");
