/** The server of a soak, for as long as that takes: also its next lives, on the same port and the same disk. */
import type { handlers as serverHandlers } from "../../workers/soak-server-worker.js";
import { startWorker, type Worker } from "../../workers/worker.js";
import type { SystemName } from "../system.js";
import type { Replaceable } from "./process-target.js";

type ServerWorker = Worker<typeof serverHandlers>;

/** The server, whichever life it is in. */
export interface ServerProcess extends Replaceable {
  readonly worker: ServerWorker;
  readonly port: number;
}

export async function startServerProcess(system: SystemName, path: string): Promise<ServerProcess> {
  let port = 0;
  let stepMs = 0;
  let worker: ServerWorker;

  async function live(): Promise<void> {
    worker = startWorker("soak-server");
    port = await worker.call("start", { system, port, path, stepMs });
  }

  await live();
  return {
    port,
    get worker() {
      return worker;
    },
    start: live,
    step(ms) {
      stepMs += ms;
      // The next life knows it, should this one be over.
      worker.call("step", stepMs).catch(() => {});
    },
  };
}
