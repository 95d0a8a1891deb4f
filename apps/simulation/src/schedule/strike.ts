/** Lets a fault happen, and ends it when its time is up. */
import type { SimulatedClient } from "../world/simulated-client.js";
import type { SimulatedServer } from "../world/simulated-server.js";
import type { World } from "../world/world.js";
import type { ClientFault, Fault, ServerFault } from "./actions.js";
import { isClientFault } from "./make-schedule.js";

/** Whom a fault can strike. */
export interface Stage {
  readonly world: World;
  readonly server: SimulatedServer;
  readonly clients: readonly SimulatedClient[];
  crashed(client: SimulatedClient): void;
  restarted(client: SimulatedClient): void;
  /** The server is about to take everything from a user. */
  sentAway(userId: string): void;
}

/** Strikes. */
export function strike(stage: Stage, fault: Fault): void {
  const client = stage.clients[fault.client] as SimulatedClient;
  stage.world.trace?.(isClientFault(fault.fault) ? client.name : "server", `FAULT ${fault.fault} ${fault.forMs} ms`);
  if (isClientFault(fault.fault)) strikeClient(stage, client, fault.fault, fault);
  else strikeServer(stage, fault.fault, fault);
}

function strikeClient(stage: Stage, client: SimulatedClient, name: ClientFault, { forMs, amount }: Fault): void {
  const { time } = stage.world;
  const { path } = client;
  const later = (run: () => void): void => void time.after(forMs, run);
  switch (name) {
    case "cut":
      return client.cut("client", "server");
    case "cut-unnoticed-by-server":
      return client.cut("client");
    case "cut-unnoticed-by-client":
      return client.cut("server");
    case "half-open":
      path.swallowsUp = path.swallowsDown = true;
      return later(() => (path.swallowsUp = path.swallowsDown = false));
    case "loses-up":
      path.swallowsUp = true;
      return later(() => (path.swallowsUp = false));
    case "loses-down":
      path.swallowsDown = true;
      return later(() => (path.swallowsDown = false));
    case "stall":
      path.stalledUntilMs = Math.max(path.stalledUntilMs, time.nowMs + forMs);
      return undefined;
    case "delay":
      path.extraLatencyMs = 400;
      return later(() => (path.extraLatencyMs = 0));
    case "slow":
      path.bytesPerMs = 2;
      return later(() => (path.bytesPerMs = Number.POSITIVE_INFINITY));
    case "duplicate":
      path.duplicates += amount;
      return undefined;
    case "swap":
      path.swaps += amount;
      return undefined;
    case "replay":
      path.replays += amount;
      return undefined;
    case "offline":
      client.setOnline(false);
      return later(() => client.setOnline(true));
    case "hide":
      client.setPage("hidden");
      return later(() => client.pageState === "hidden" && client.setPage("visible"));
    case "freeze":
      client.setPage("frozen");
      return later(() => client.setPage("visible"));
    case "sleep":
      client.sleep();
      return later(() => client.wake());
    case "clock-jump":
      return client.setClock(amount);
    case "slow-token":
      client.authMs = forMs;
      return later(() => (client.authMs = 0));
    case "short-token":
      client.tokenLifeMs = 300 * amount;
      return later(() => (client.tokenLifeMs = undefined));
    case "no-token":
      client.authFailures = amount;
      return undefined;
    default:
      return crash(stage, client, name === "power-cut", forMs);
  }
}

function crash(stage: Stage, client: SimulatedClient, isHostLost: boolean, forMs: number): void {
  if (client.isDown) return;
  stage.crashed(client);
  client.crash({ isHostLost });
  stage.world.time.after(forMs, () => {
    client.restart();
    stage.restarted(client);
  });
}

function strikeServer(
  { world, server, clients, sentAway }: Stage,
  name: ServerFault,
  { client, forMs, amount }: Fault,
): void {
  const { time } = world;
  const later = (run: () => void): void => void time.after(forMs, run);
  const { userId } = clients[client] as SimulatedClient;
  switch (name) {
    case "server-clock-step":
      return server.setClock(amount);
    case "write-error":
      return server.failWrites(amount);
    case "partition":
      for (const { path } of clients) path.swallowsUp = path.swallowsDown = true;
      return later(() => {
        for (const { path } of clients) path.swallowsUp = path.swallowsDown = false;
      });
    case "revoke":
      sentAway(userId);
      return server.core?.revoke({ userId });
    case "server-drain":
      void server.drain();
      return later(() => server.start());
    default:
      server.kill({ isHostLost: name === "server-power-cut" });
      return later(() => server.start());
  }
}
