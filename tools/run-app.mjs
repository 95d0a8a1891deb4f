/** Starts a built app with the arguments given, as the last thing a script does. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./workspace.mjs";

export function runApp(name, args, main = "main.mjs") {
  const child = spawn(process.execPath, [join("dist", main), ...args], {
    cwd: join(root, "apps", name),
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

  // A killed `npm start` takes its shell with it but tells nobody below: without this the app would run on, orphaned.
  const parent = process.ppid;
  const stopWhenOrphaned = () => process.ppid !== parent && child.kill("SIGTERM");
  if (process.env["npm_lifecycle_event"]) setInterval(stopWhenOrphaned, 500).unref();
}
