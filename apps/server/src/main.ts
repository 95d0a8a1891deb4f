/** The demo host: the three apps, who their guests are, and the realtime server, at one address. */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { startHost } from "./host.js";
import { readSettings } from "./settings.js";

/** In the root of the repository; from `dist/main.mjs`. */
const envFile = new URL("../../../.env", import.meta.url);

try {
  const kept = existsSync(envFile) ? parseEnv(readFileSync(envFile, "utf8")) : {};
  const host = await startHost(readSettings(process.argv.slice(2), { ...kept, ...process.env }));
  console.log(`Attune demo: ${host.url}`);
  if (host.description) console.log(host.description);

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    // Whatever keeps the process alive after that is not worth waiting for.
    void host.close().finally(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
