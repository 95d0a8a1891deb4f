/** `npm start`: sets everything up, then starts the demo host. Arguments go through: `npm start -- --driver=...`. */
import { setUp } from "./pnpm.mjs";
import { runApp } from "./run-app.mjs";

setUp(["@attune-demo/server", "@attune-demo/vue", "@attune-demo/svelte", "@attune-demo/vanilla"]);
runApp("server", process.argv.slice(2));
