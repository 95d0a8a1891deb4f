/** Runs the connection machine: carries out its effects, fences off what abandoned attempts still say, publishes the state. */
import { isRealtimeError, RealtimeError } from "@attune/protocol";
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

/** A token, or how to get one; asked for at every attempt. */
export type Auth = string | (() => string | undefined | Promise<string | undefined>);

/** What the rest of core hears from the connection. */
export interface ConnectionEvents
  extends Pick<DriverHost, "attached" | "messages" | "presence" | "signals" | "live" | "detached"> {
  opened(link: DriverConnection, info: Opened): void;
  /** The open connection is no more, whatever the reason. */
  lost(): void;
  ended(error: RealtimeError): void;
  degraded(latencyMs: number): void;
  restored(): void;
}

/** What a connection needs. `env.clock` must already run its callbacks in a transaction. */
export interface ConnectionOptions {
  readonly driver: Driver;
  readonly env: Environment;
  readonly auth: Auth | undefined;
  readonly reconnect: ReconnectOptions;
  readonly connectTimeoutMs: number;
  readonly events: ConnectionEvents;
  transact(run: () => void): void;
}

/** The connection, to the rest of core. */
export interface Connection {
  readonly $state: ReadableAtom<ConnectionState>;
  send(event: MachineEvent): void;
  connect(): Promise<void>;
  /** A publish went out: its answer is due. */
  asked(): void;
}

/** Makes a connection that does nothing before the first `connect-requested`. */
export function createConnection(options: ConnectionOptions): Connection {
  const { driver, env, events, transact } = options;
  const { clock, network, page } = env;
  const $state = atom<ConnectionState>({ status: "disconnected" });
  let state: MachineState = { name: "idle" };
  let link: DriverConnection | undefined;
  let info: Opened | undefined;
  let pulse: Pulse | undefined;
  let hadConnection = false;
  let generation = 0;
  let cancelTimer = (): void => {};
  let unlisten = (): void => {};
  let waiters: { resolve(): void; reject(error: RealtimeError): void }[] = [];
  const pending: MachineEvent[] = [];

  function send(event: MachineEvent): void {
    // One event at a time: a driver may answer inside connect(), before its connection is even returned.
    if (pending.push(event) > 1) return;
    transact(() => {
      for (; pending.length; pending.shift()) step(pending[0] as MachineEvent);
    });
  }

  function step(event: MachineEvent): void {
    const before = state;
    const [next, effects] = transition(before, event, {
      nowMs: clock.now(),
      random: env.random,
      isOnline: network.isOnline() && page.state() !== "frozen",
      options: options.reconnect,
      connectTimeoutMs: options.connectTimeoutMs,
      driverReconnects: driver.capabilities.reconnect === "driver",
    });
    if (next === before) return;
    state = next;
    cancelTimer();
    const timer = "timer" in next ? next.timer : undefined;
    cancelTimer = timer ? clock.after(timer.ms, () => send({ type: timer.then })) : () => {};
    if (before.name === "open") closed();
    for (const effect of effects) effect.type === "open" ? open() : close(effect.goodbye);
    if (next.name === "open") opened();
    listenWhile(next.name !== "idle" && next.name !== "disposed");
    $state.set(toPublic(next));
    settle(next);
  }

  function open(): void {
    const mine = ++generation;
    const fence =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (mine === generation) transact(() => run(...args));
      };
    link = driver.connect({
      clock,
      random: env.random,
      get isVisible() {
        return page.state() === "visible";
      },
      auth: token,
      opened: fence((opened) => {
        info = opened;
        send({ type: "opened" });
      }),
      closed: fence(({ error, retryAfterMs }) => send({ type: "lost", error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })),
      transport: fence((transport) => patch({ transport })),
      traffic: fence(() => pulse?.heard()),
      attached: fence(events.attached),
      messages: fence(events.messages),
      presence: fence(events.presence),
      signals: fence(events.signals),
      live: fence(events.live),
      detached: fence(events.detached),
    });
  }

  function close(goodbye: boolean): void {
    generation++;
    link?.close(goodbye);
    link = undefined;
  }

  function opened(): void {
    const connection = link as DriverConnection;
    pulse = startPulse({
      clock,
      isVisible: () => page.state() === "visible",
      ping: connection.ping && (() => (connection.ping as () => Promise<unknown>)()),
      onLatency: (latencyMs) => transact(() => measured(latencyMs)),
      onDead: () => send({ type: "lost", error: new RealtimeError("timeout", "The connection went silent.") }),
    });
    events.opened(connection, info as Opened);
    if (hadConnection) events.restored();
    hadConnection = true;
  }

  function closed(): void {
    pulse?.stop();
    pulse = undefined;
    events.lost();
  }

  function measured(latencyMs: number): void {
    const isDegraded = latencyMs > HEARTBEAT.degradedMs;
    const current = $state.value;
    if (current.status !== "connected") return;
    patch({ latencyMs, isDegraded });
    if (isDegraded) events.degraded(latencyMs);
    else if (current.isDegraded) events.restored();
  }

  function patch(change: Partial<Extract<ConnectionState, { status: "connected" }>>): void {
    const current = $state.value;
    if (current.status === "connected") $state.set({ ...current, ...change });
  }

  async function token(): Promise<string | undefined> {
    try {
      return await (typeof options.auth === "function" ? options.auth() : options.auth);
    } catch (cause) {
      throw isRealtimeError(cause) ? cause : new RealtimeError("auth-failed", "Cannot connect: auth() failed.", { cause });
    }
  }

  function toPublic(next: MachineState): ConnectionState {
    const known = "error" in next && next.error ? { error: next.error } : {};
    if (next.name === "open") {
      const { connectionId, transport, user } = info as Opened;
      return { status: "connected", connectionId, transport, user, isDegraded: false };
    }
    if (next.name === "idle" || next.name === "disposed") return { status: "disconnected", ...known };
    if (next.name === "connecting" && next.attempt === 0) return { status: "connecting" };
    const step = next.name === "waiting" ? "backoff" : next.name === "offline" ? "offline" : "attempt";
    const retryAtMs = next.name === "waiting" ? next.retryAtMs : undefined;
    return { status: "reconnecting", attempt: next.attempt, step, ...known, ...(retryAtMs === undefined ? {} : { retryAtMs }) };
  }

  function settle(next: MachineState): void {
    const isOver = next.name === "idle" || next.name === "disposed";
    if (next.name !== "open" && !isOver) return;
    const settled = waiters;
    waiters = [];
    const error = ("error" in next && next.error) || new RealtimeError("connection-lost", "The connection was closed by disconnect() or dispose().");
    for (const { resolve, reject } of settled) isOver ? reject(error) : resolve();
    if (next.name === "idle" && next.error) events.ended(next.error);
    if (isOver) hadConnection = false;
  }

  function listenWhile(isNeeded: boolean): void {
    unlisten();
    unlisten = () => {};
    if (!isNeeded) return;
    const ends = [network.onChange(look), page.onChange(look)];
    unlisten = () => {
      for (const end of ends) end();
    };
  }

  function look(): void {
    const isOnline = network.isOnline() && page.state() !== "frozen";
    if (!isOnline) return send({ type: "went-offline" });
    if (state.name === "offline") return send({ type: "came-online" });
    link?.setVisible(page.state() === "visible");
    if (page.state() === "visible") send({ type: "woke-up" });
    pulse?.probe();
  }

  return {
    $state,
    send,
    asked: () => pulse?.asked(),
    connect: () =>
      new Promise<void>((resolve, reject) => {
        if (state.name === "open") return resolve();
        waiters.push({ resolve, reject });
        send({ type: "connect-requested" });
        if (state.name === "disposed") settle(state);
      }),
  };
}
