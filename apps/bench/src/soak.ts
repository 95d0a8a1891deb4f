/** The soak: runs its chapters and ends with a verdict. In a worker process: does that worker's part. */
import { loadHandlers } from "./workers/roles.js";
import { serve, WORKER_FLAG } from "./workers/worker.js";

const [flag, role = ""] = process.argv.slice(2);
if (flag === WORKER_FLAG) serve(await loadHandlers(role));
else await main();

async function main(): Promise<void> {
  // Only here: a worker loads no more than it needs.
  const [{ readOptions }, { runChapters }, { toMarkdown }, { writeResults }] = await Promise.all([
    import("./soak/options.js"),
    import("./soak/run-chapters.js"),
    import("./soak/report/print.js"),
    import("./report/readme.js"),
  ]);
  const options = await readOrExit(() => readOptions(process.argv.slice(2)));
  const result = await runChapters(options, (text) => console.error(text));
  const text = toMarkdown(result);
  if (options.isWriting) writeResults(text, { document: "SOAK.md" });
  const said = options.isJson ? JSON.stringify(result) : text;
  // It ends here, whatever a killed child's channel still waits for.
  process.stdout.write(`${said}\n`, () => process.exit(result.failures.length > 0 ? 1 : 0));
}

async function readOrExit<T>(read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
