/** Makes histories of reliable delivery: many publishers, subscribers who come late, leave, or are told of gaps. */
import type { Random } from "@attune/protocol";
import { between, type HistoryEvent } from "../src/index.js";

const channel = "public:soak";
/** There from the start to the end, and never told of a gap. */
export const PLAIN_SUBSCRIBERS: readonly string[] = ["plain 1", "plain 2", "plain 3"];

interface Entry {
  readonly client: string;
  readonly id: string;
}

interface Subscriber {
  readonly name: string;
  /** How much of the log it has been given, or does not want. */
  cursor: number;
  isPresent: boolean;
  /** It was cut in, or skipped messages, and has not said so yet. */
  untold?: "joined" | "gap";
}

/**
 * Runs a little world of one log at random, for so many steps, and then until everything is settled.
 *
 * @param isCalm nobody comes late, leaves, or misses anything
 */
export function correctHistory(random: Random, steps: number, isCalm = false): HistoryEvent[] {
  const events: HistoryEvent[] = PLAIN_SUBSCRIBERS.map((subscriber) => ({ type: "joined", channel, subscriber }));
  const log: Entry[] = [];
  const waiting = new Map<string, Entry[]>(["ada", "bob", "carl"].map((client) => [client, []]));
  const answers: (() => void)[] = [];
  const subscribers: Subscriber[] = PLAIN_SUBSCRIBERS.map((name) => ({ name, cursor: 0, isPresent: true }));
  const others: Subscriber[] = ["late 1", "late 2"].map((name) => ({ name, cursor: 0, isPresent: false }));
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(between(random, 0, items.length))];
  const settle = (type: "acked" | "failed", entry: Entry) => events.push({ type, channel, ...entry });
  let published = 0;

  function publish(): void {
    const [client, queue] = pick([...waiting]) ?? [];
    if (!client || !queue) return;
    published += 1;
    const entry = { client, id: `m${published}` };
    events.push({ type: "published", channel, ...entry });
    queue.push(entry);
  }

  function append(): void {
    const entry = pick([...waiting.values()].filter((queue) => queue.length > 0))?.shift();
    if (!entry) return;
    // Some are dropped before they leave, and some are stored and never acknowledged.
    if (random() < 0.05) return void settle("failed", entry);
    log.push(entry);
    const type = random() < 0.05 ? "failed" : "acked";
    answers.push(() => settle(type, entry));
  }

  function tell(subscriber: Subscriber): void {
    const { name, untold } = subscriber;
    delete subscriber.untold;
    if (untold) events.push({ type: untold, channel, subscriber: name });
  }

  function deliver(): void {
    const subscriber = pick(
      [...subscribers, ...others].filter(({ isPresent, cursor }) => isPresent && cursor < log.length),
    );
    if (!subscriber) return;
    tell(subscriber);
    const id = log[subscriber.cursor]?.id;
    subscriber.cursor += 1;
    if (id) events.push({ type: "delivered", channel, subscriber: subscriber.name, id });
  }

  function comeOrGo(): void {
    const subscriber = pick(others);
    if (!subscriber || subscriber.untold) return;
    if (!subscriber.isPresent) {
      Object.assign(subscriber, {
        isPresent: true,
        untold: "joined",
        cursor: Math.max(0, log.length - Math.floor(random() * 3)),
      });
    } else if (random() < 0.5) {
      subscriber.isPresent = false;
      events.push({ type: "left", channel, subscriber: subscriber.name });
    } else {
      subscriber.cursor += Math.floor(between(random, 0, log.length - subscriber.cursor + 1));
      subscriber.untold = "gap";
    }
  }

  const moves = [
    publish,
    publish,
    append,
    append,
    () => answers.shift()?.(),
    deliver,
    deliver,
    deliver,
    deliver,
    isCalm ? deliver : comeOrGo,
  ];
  for (let step = 0; step < steps; step++) pick(moves)?.();
  while ([...waiting.values()].some((queue) => queue.length > 0)) append();
  for (const answer of answers) answer();
  for (let left = 5 * log.length; left > 0; left--) deliver();
  for (const subscriber of others) if (subscriber.isPresent) tell(subscriber);
  return events;
}
