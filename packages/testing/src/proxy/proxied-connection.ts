/** One connection through the proxy: two sockets, and what is wrong between them. */
import { connect, type Socket } from "node:net";
import { startFlow, type World } from "./flow.js";
import { resetNow } from "./reset-now.js";
import { copyOf, type Troubles } from "./trouble.js";

/** Where the proxy leads. */
export interface ProxyTarget {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** A connection that the proxy holds. */
export interface ProxiedConnection {
  /** 1 for the first that came. */
  readonly number: number;
  /** Its own; call `refresh()` after a change. */
  readonly troubles: Troubles;
  refresh(): void;
  /** Whether it can go on once nothing is wrong any more: a stream with a hole in it cannot. */
  readonly isWhole: boolean;
  /** Ends both sockets: `cut` in good order (FIN), `reset` at once (RST). */
  end(how: "cut" | "reset"): void;
  /** Resolves when both sockets are gone. */
  readonly closed: Promise<void>;
}

/** Leads an accepted socket on to the target. */
export function leadOn(
  number: number,
  client: Socket,
  { port, host = "127.0.0.1" }: ProxyTarget,
  everybodys: Troubles,
  world: World,
): ProxiedConnection {
  const target = connect({ port, host, allowHalfOpen: true, noDelay: true });
  const troubles = copyOf(everybodys);
  const up = startFlow(client, target, troubles.up, world);
  const down = startFlow(target, client, troubles.down, world);
  const sockets = [client, target];

  // Every error is followed by `close`, which deals with it.
  for (const socket of sockets) socket.on("error", () => {});
  client.once("close", (wasReset) => up.ended(wasReset));
  target.once("close", (wasReset) => down.ended(wasReset));

  return {
    number,
    troubles,
    refresh() {
      up.refresh();
      down.refresh();
    },
    get isWhole() {
      return !up.hasSwallowed && !down.hasSwallowed;
    },
    end(how) {
      up.stop();
      down.stop();
      for (const socket of sockets) endSocket(socket, how);
    },
    closed: closedOf(sockets),
  };
}

/** Takes a connection and leads it nowhere. */
export function leaveHanging(number: number, client: Socket, everybodys: Troubles): ProxiedConnection {
  client.on("error", () => {}).resume();
  return {
    number,
    troubles: copyOf(everybodys),
    refresh() {},
    isWhole: false,
    end: (how) => endSocket(client, how),
    closed: closedOf([client]),
  };
}

function endSocket(socket: Socket, how: "cut" | "reset"): void {
  if (how === "cut") socket.destroySoon();
  else resetNow(socket);
}

async function closedOf(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map((socket) => new Promise<void>((resolve) => void socket.once("close", () => resolve()))),
  );
}
