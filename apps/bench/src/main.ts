/** The benchmark: runs its parts and prints what they measured. In a worker process: does that worker's part. */
import { readOptions } from "./options.js";
import { loadHandlers } from "./workers/roles.js";
import { serve, WORKER_FLAG } from "./workers/worker.js";

const [flag, role = ""] = process.argv.slice(2);
if (flag === WORKER_FLAG) serve(await loadHandlers(role));
else await main();

async function main(): Promise<void> {
  // Only here: a worker loads no more than it needs.
  const [{ run }, { toMarkdown }, { byPart }, { writeResults }] = await Promise.all([
    import("./run.js"),
    import("./report/print.js"),
    import("./report/result.js"),
    import("./report/readme.js"),
  ]);
  const options = readOptionsOrExit();
  const result = await run(options, (text) => console.error(text));
  const text = toMarkdown(result);
  if (options.isWriting) {
    for (const [part, own] of byPart(result)) writeResults(toMarkdown(own), { document: "README.md", part });
  }
  console.log(options.isJson ? JSON.stringify(result) : text);
  process.exitCode = result.errors.length > 0 ? 1 : 0;
}

function readOptionsOrExit(): ReturnType<typeof readOptions> {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
