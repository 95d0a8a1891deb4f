/** The demo host: the three apps, who their guests are, and the realtime server, at one address. */
import { startHost } from "./host.js";
import { readSettings } from "./settings.js";

try {
  const host = await startHost(readSettings(process.argv.slice(2), process.env));
  console.log(`Attune demo: ${host.url}`);

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
