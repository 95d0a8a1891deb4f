/** A process with clients, for as long as a soak takes: also its next lives. */
import { startWorker, type Worker } from "../../workers/worker.js";
import type { handlers as clientHandlers, Placed } from "../../workers/soak-clients-worker.js";
import type { Group } from "../plan/cast.js";
import type { SystemName } from "../system.js";
import type { Replaceable } from "./process-target.js";

type ClientsWorker = Worker<typeof clientHandlers>;

/** A group that runs. */
export interface GroupProcess extends Replaceable {
  readonly group: Group;
  readonly worker: ClientsWorker;
  /** Journals of all lives, oldest first. */
  readonly files: readonly string[];
}

/** What all lives have in common. */
export interface GroupSetting {
  readonly system: SystemName;
  readonly group: Group;
  readonly clients: readonly Placed[];
  /** Gives the file of a life. */
  fileOf(life: number): string;
  /** What a life that comes later publishes at, at once; the first one waits for `begin`. */
  readonly paceMs: number;
  /** Whether publishing goes on. */
  isPublishing(): boolean;
}

export async function startGroup(setting: GroupSetting): Promise<GroupProcess> {
  const files: string[] = [];
  let worker: ClientsWorker;

  async function live(): Promise<void> {
    const life = files.length + 1;
    const file = setting.fileOf(life);
    worker = startWorker("soak-clients");
    const { system, group, clients } = setting;
    await worker.call("start", { system, clients, file, isMortal: group.isMortal, life });
    files.push(file);
    if (life > 1 && setting.isPublishing()) await worker.call("begin", setting.paceMs);
  }

  await live();
  return {
    group: setting.group,
    files,
    get worker() {
      return worker;
    },
    start: live,
    step() {},
  };
}
