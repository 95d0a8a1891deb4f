/** One connection through the proxy: two sockets that live and die together. */
import { connect, type Socket } from "node:net";
import { startFlow } from "./flow.js";

/** How a connection ends. `rst`: torn down at once, unsent bytes lost, as when a machine vanishes. `fin`: in good order. */
export type CutKind = "rst" | "fin";

/** Towards the target, towards the client, or both ways. */
export type Direction = "up" | "down" | "both";

/** Where the proxy leads. */
export interface ProxyTarget {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** A connection that the proxy holds. */
export interface ProxiedConnection {
  cut(how: CutKind): void;
  stall(direction: Direction): void;
  resume(): void;
}

/**
 * Leads an accepted socket on to the target.
 *
 * @param closed called once, when both sockets are gone
 */
export function leadOn(
  client: Socket,
  { port, host = "127.0.0.1" }: ProxyTarget,
  delayMs: () => number,
  closed: () => void,
): ProxiedConnection {
  const target = connect({ port, host, allowHalfOpen: true, noDelay: true });
  const up = startFlow(client, target, delayMs);
  const down = startFlow(target, client, delayMs);
  let open = 2;

  function gone(other: Socket, hadError: boolean): void {
    up.stop();
    down.stop();
    // A reset is passed on as a reset: whoever is behind the proxy must see what happened, not a polite ending.
    if (hadError) other.resetAndDestroy();
    else other.destroySoon();
    open -= 1;
    if (open === 0) closed();
  }

  for (const [socket, other] of [
    [client, target],
    [target, client],
  ] as const) {
    // Every error is followed by `close`, which deals with it.
    socket.on("error", () => {});
    socket.on("close", (hadError) => gone(other, hadError));
  }

  return {
    cut(how) {
      up.stop();
      down.stop();
      for (const socket of [client, target]) {
        if (how === "rst") socket.resetAndDestroy();
        else socket.destroySoon();
      }
    },
    stall(direction) {
      if (direction !== "down") up.stall();
      if (direction !== "up") down.stall();
    },
    resume() {
      up.resume();
      down.resume();
    },
  };
}
