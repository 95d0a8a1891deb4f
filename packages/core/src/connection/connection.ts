/** Runs the connection machine: carries out its effects, fences off what abandoned attempts still say, publishes the state. */
import { RealtimeError } from "@attune/protocol";
import type { Clock } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";
import type { Driver, DriverConnection, DriverHost, Opened } from "../driver.js";
import type { Environment } from "../env/environment.js";
import type { ReconnectOptions } from "./backoff.js";
import type { ConnectionState } from "./connection-state.js";
import { HEARTBEAT } from "./heartbeat.js";
import { transition } from "./machine.js";
import type { MachineEvent, MachineState } from "./machine.js";
import { startPulse } from "./pulse.js";
import type { Pulse } from "./pulse.js";
import { createTokens } from "./tokens.js";
import type { Auth } from "./tokens.js";

/** What a driver says of a channel. */
export type ChannelArrivals = Pick<
  DriverHost,
  "attached" | "messages" | "presence" | "signals" | "state" | "live" | "detached"
>;

/** What a connection needs. */
export interface ConnectionOptions {
  readonly driver: Driver;
  readonly env: Environment;
  /** Core's own: it runs callbacks in a transaction, and stops with the service. A driver may still have to say goodbye. */
  readonly clock: Clock;
  readonly auth: Auth | undefined;
  readonly reconnect: ReconnectOptions;
  readonly connectTimeoutMs: number;
  readonly arrivals: ChannelArrivals;
  opened(link: DriverConnection, info: Opened): void;
  /** The open connection is no more, whatever the reason. */
  lost(): void;
  tell(notice: "permanently_disconnected", value: { readonly error: RealtimeError }): void;
  tell(notice: "connection_degraded", value: { readonly latencyMs: number }): void;
  tell(notice: "connection_restored", value: { readonly latencyMs?: number }): void;
  transact(run: () => void): void;
}

/** The connection, to the rest of core. */
export interface Connection {
  readonly $state: ReadableAtom<ConnectionState>;
  send(event: MachineEvent): void;
  connect(): Promise<void>;
  /** A publish went out: its answer is due. */
  published(): void;
}

type Connected = Extract<ConnectionState, { status: "connected" }>;

/** Makes a connection that does nothing before the first `connect-requested`. */
export function createConnection(options: ConnectionOptions): Connection {
  const { driver, env, clock, transact, tell } = options;
  const { network, page } = env;
  const tokens = createTokens(options.auth, clock);
  const $state = atom<ConnectionState>({ status: "disconnected" });
  let state: MachineState = { name: "idle" };
  let link: DriverConnection | undefined;
  let info: Opened | undefined;
  let pulse: Pulse | undefined;
  /** What the other end knows of the page. */
  let told = true;
  let hadConnection = false;
  let generation = 0;
  let cancelTimer = (): void => {};
  let unlisten = (): void => {};
  const pending: MachineEvent[] = [];

  const isVisible = (): boolean => page.state() === "visible";
  const isOnline = (): boolean => network.isOnline() && page.state() !== "frozen";

  function send(event: MachineEvent): void {
    // One event at a time: a driver may answer inside connect(), before its connection is even returned.
    if (pending.push(event) > 1) return;
    transact(() => {
      // Each step in a fence of its own: one that fails must not leave the queue blocked for ever.
      for (; pending.length; pending.shift()) transact(() => step(pending[0] as MachineEvent));
    });
  }

  function step(event: MachineEvent): void {
    const before = state;
    const [next, effects] = transition(before, event, {
      nowMs: clock.now(),
      random: env.random,
      isOnline: isOnline(),
      options: options.reconnect,
      connectTimeoutMs: options.connectTimeoutMs,
      driverReconnects: driver.capabilities.reconnect === "driver",
    });
    if (next === before) return;
    state = next;
    cancelTimer();
    const { timer } = { timer: undefined, ...next };
    cancelTimer = timer ? clock.after(timer.ms, () => send({ type: timer.event })) : () => {};
    if (before.name === "open") {
      pulse?.stop();
      options.lost();
    }
    for (const effect of effects) {
      if (effect === "open") open();
      else close(effect === "goodbye");
    }
    $state.set(toPublic(next));
    if (next.name === "open") opened();
    if (before.name === "idle") listen();
    if (next.name === "idle" || next.name === "disposed") {
      unlisten();
      hadConnection = false;
      if ("error" in next && next.error) tell("permanently_disconnected", { error: next.error });
    }
  }

  function open(): void {
    const mine = ++generation;
    told = true;
    const fence =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (mine === generation) transact(() => run(...args));
      };
    const arrivals = Object.fromEntries(
      Object.entries(options.arrivals).map(([name, run]) => [name, fence(run as () => void)]),
    );
    link = driver.connect({
      ...(arrivals as unknown as ChannelArrivals),
      clock: env.clock,
      random: env.random,
      get isVisible() {
        return (told = isVisible());
      },
      auth: tokens.ask,
      opened: fence((opened) => {
        tokens.accepted();
        info = opened;
        send({ type: "opened" });
      }),
      closed: fence((reason) => {
        // A driver that comes back by itself does not after a refusal.
        const isReturn = hadConnection && state.name === "connecting" && driver.capabilities.reconnect === "core";
        send({ type: "lost", ...tokens.judge(reason, isReturn) });
      }),
      transport: fence((transport) => patch({ transport })),
      traffic() {
        if (mine !== generation) return;
        pulse?.heard();
      },
    });
  }

  /** Only an open connection can be told; one that opens is told what changed since its hello. */
  function tellVisible(): void {
    if (state.name === "open" && told !== isVisible()) link?.setVisible((told = isVisible()));
  }

  function close(goodbye: boolean): void {
    generation += 1;
    if (goodbye) tokens.forget();
    link?.close(goodbye);
    link = undefined;
  }

  function opened(): void {
    const connection = link as DriverConnection;
    pulse = startPulse({
      clock,
      isVisible,
      ping: connection.ping?.bind(connection),
      onLatency: (...measurement) => transact(() => measured(...measurement)),
      onDead: () => send({ type: "timed-out" }),
    });
    tellVisible();
    options.opened(connection, info as Opened);
    if (hadConnection) tell("connection_restored", {});
    hadConnection = true;
  }

  function measured(latencyMs: number, isLate: boolean, serverNowMs?: number): void {
    const isDegraded = isLate || latencyMs > HEARTBEAT.degradedMs;
    const { isDegraded: wasDegraded } = $state.value as Connected;
    const measuredAtMs = clock.now();
    patch({ latencyMs, isDegraded, measuredAtMs });
    if (serverNowMs) patch({ serverOffsetMs: serverNowMs + latencyMs / 2 - measuredAtMs });
    if (isDegraded === wasDegraded) return;
    if (isDegraded) tell("connection_degraded", { latencyMs });
    else tell("connection_restored", { latencyMs });
  }

  function patch(change: Partial<Connected>): void {
    const current = $state.value as ConnectionState;
    if (current.status === "connected") $state.set({ ...current, ...change });
  }

  function toPublic(next: MachineState): ConnectionState {
    switch (next.name) {
      case "open": {
        const { connectionId, transport, user } = info as Opened;
        return { status: "connected", connectionId, transport, user, isDegraded: false };
      }
      case "idle":
        return { status: "disconnected", error: next.error };
      case "disposed":
        return { status: "disconnected" };
      default: {
        const { name, attempt, error } = next;
        if (name === "connecting" && !attempt) return { status: "connecting" };
        const step = name === "waiting" ? "backoff" : name === "offline" ? name : "attempt";
        return {
          status: "reconnecting",
          attempt,
          step,
          error,
          retryAtMs: name === "waiting" ? next.retryAtMs : undefined,
        };
      }
    }
  }

  function listen(): void {
    const ends = [network.onChange(look), page.onChange(look)];
    unlisten = () => {
      for (const end of ends) end();
    };
  }

  /** The network or the page changed: go offline, come back, or at least ask whether the line still stands. */
  function look(): void {
    if (!isOnline()) return send({ type: "went-offline" });
    if (state.name === "offline") return send({ type: "came-online" });
    tellVisible();
    if (isVisible()) send({ type: "woke-up" });
    pulse?.probe();
  }

  return {
    $state,
    send,
    published: () => pulse?.published(),
    connect: () =>
      new Promise<void>((resolve, reject) => {
        send({ type: "connect-requested" });
        const settle = (now: ConnectionState): boolean => {
          if (now.status === "connected") resolve();
          else if (now.status === "disconnected") {
            reject(
              now.error ??
                new RealtimeError(
                  state.name === "disposed" ? "disposed" : "connection-lost",
                  "Closed by disconnect() or dispose().",
                ),
            );
          } else return false;
          return true;
        };
        // In the middle of a step, "disconnected" is what was, before this request.
        if ((!pending.length || state.name === "open") && settle($state.value as ConnectionState)) return;
        const unbind = $state.listen((now) => settle(now) && unbind());
      }),
  };
}
