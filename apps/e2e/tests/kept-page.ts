/** The page of kept-outbox.spec.ts: writes when it is told to, and can be told to reload while it does. */
import { createRealtime } from "@attune/core";
import { indexedDb } from "@attune/core/indexeddb";
import { socketio } from "@attune/socketio";

const CHANNEL = "public:log";
/** Written to see when the database is open, and discarded. */
const PROBE = "-1";
const params = new URLSearchParams(location.search);
const name = params.get("test") ?? "";
let isOnline = !params.get("offline");
let onChange = (): void => {};
const sent: string[] = [];

const realtime = createRealtime({
  driver: socketio(location.origin),
  queue: { max: Number(params.get("max") ?? 100), perSecond: 0, storage: indexedDb() },
  env: {
    network: {
      isOnline: () => isOnline,
      onChange(callback) {
        onChange = callback;
        return () => {};
      },
    },
  },
});
const textOf = ({ data }: { readonly data: unknown }) => (data as { text: string }).text;
// Written down at once: this page may be gone in the next instant.
const failures = () => JSON.parse(localStorage.getItem("failed") ?? "[]") as [string, string][];
realtime.on("message_failed", (record) => {
  if (textOf(record) !== PROBE)
    localStorage.setItem("failed", JSON.stringify([...failures(), [textOf(record), record.error?.code]]));
});
realtime.on("message_sent", (record) => void sent.push(textOf(record)));

const kept = {
  write(from: number, to: number): void {
    for (let text = from; text < to; text += 1) void realtime.publish(CHANNEL, "said", { test: name, text: `${text}` });
  },
  areKept: () => realtime.$queue.get().every(({ isKept }) => isKept),
  /** The database is open: a message is on disk. */
  async ready(): Promise<void> {
    kept.write(Number(PROBE), 0);
    const probe = () => realtime.$queue.get().find((record) => textOf(record) === PROBE);
    while (probe() && !probe()?.isKept) await new Promise((resolve) => setTimeout(resolve, 1));
    realtime.discard(probe()?.id ?? "");
  },
  failed: failures,
  sent: () => sent,
  goOnline(): void {
    isOnline = true;
    onChange();
  },
  /** Milliseconds from publish() until `$queue` says that it is kept. */
  async timeWrites(count: number): Promise<number[]> {
    const times: number[] = [];
    for (let text = 0; text < count; text += 1) {
      const startedMs = performance.now();
      kept.write(text, text + 1);
      await new Promise<void>((resolve) => {
        const stop = realtime.$queue.listen((queue) => {
          if (!queue.at(-1)?.isKept) return;
          stop();
          resolve();
        });
      });
      times.push(performance.now() - startedMs);
    }
    return times;
  },
};
export type Kept = typeof kept;
Object.assign(globalThis, { kept });

const reloads = Number(params.get("reloads") ?? 0);
if (reloads) {
  const each = Number(params.get("each"));
  const round = Number(localStorage.getItem("round") ?? 0);
  localStorage.setItem("round", `${round + 1}`);
  if (round < reloads) {
    kept.write(round * each, (round + 1) * each);
    // On the way out already while it writes: as soon as the disk has it, the page ends.
    while (!kept.areKept()) await new Promise((resolve) => setTimeout(resolve, 1));
    location.reload();
  } else history.replaceState(null, "", `${location.search}&done`);
}
