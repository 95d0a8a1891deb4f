/** Doubles and swaps messages on the lines of a server, once for each time it is asked to. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { meddle } from "./meddler.js";

/** What can be asked for. It strikes every subscriber. */
export interface Mischief {
  double(channel: string): void;
  swap(channel: string): void;
  /** @throws {Error} when something that was asked for struck nobody: the test would have proved nothing */
  assertDone(): void;
}

/** Stands in between from now on. */
export function createMischief(http: Server): Mischief {
  const doubled = new Map<string, Set<Socket>>();
  const swapped = new Map<string, Map<Socket, Buffer | undefined>>();

  meddle(http, ({ frame: { t, c = "" }, bytes, socket }) => {
    if (t !== "msg") return [bytes];
    const twice = doubled.get(c);
    if (twice && !twice.has(socket)) {
      twice.add(socket);
      return [bytes, bytes];
    }
    const held = swapped.get(c);
    if (!held) return [bytes];
    if (!held.has(socket)) {
      held.set(socket, bytes);
      return [];
    }
    const first = held.get(socket);
    held.set(socket, undefined);
    return first ? [bytes, first] : [bytes];
  });

  return {
    double: (channel) => void doubled.set(channel, new Set()),
    swap: (channel) => void swapped.set(channel, new Map()),
    assertDone() {
      for (const [channel, sockets] of [...doubled, ...swapped])
        if (sockets.size === 0) throw new Error(`Nothing was doubled or swapped on ${channel}.`);
    },
  };
}
