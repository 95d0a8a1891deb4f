/** A tab's side of the connection that the leader holds: what core asks becomes frames, and frames become what a driver says. */
import { RealtimeError } from "@attune/protocol";
import type { PresenceState } from "@attune/protocol";
import type { Capabilities, DriverConnection, DriverHost } from "../driver.js";
import { unpackError } from "./frames.js";
import type { LeaderFrame, TabFrame } from "./frames.js";

/** A question to the provider without an answer for this long is worth a word to the leader; core gives up after 2.5 s. */
const DEAD_AFTER_MS = 2_000;
/** As many ids as are sent along with a join; providers that ask for them replay fewer. */
const MAX_HAD = 100;
/** Channels that a tab remembers: those that it was in last. Source: `DEFAULT_LIMITS`, four times what it may be in at one time. */
const MAX_CHANNELS = 200;

/** What a tab keeps over its connections. */
export interface TabMemory {
  /** The last ids of each channel. */
  readonly ids: Map<string, string[]>;
  /** The own states, and when they were set. */
  readonly states: Map<string, { readonly text: string; readonly setAtMs: number }>;
  asks: number;
}

/** What a remote connection needs. */
export interface RemoteOptions {
  readonly host: DriverHost;
  readonly capabilities: Capabilities;
  readonly memory: TabMemory;
  send(frame: TabFrame): void;
  /** Core closes it. `isDead`: a question went unanswered. */
  close(goodbye: boolean, isDead: boolean): void;
}

/** One connection of core, and what to do with what the leader says. */
export interface Remote {
  readonly connection: DriverConnection;
  readonly host: DriverHost;
  hear(frame: LeaderFrame): void;
  /** The connection that was asked is over: nothing that is still open will be answered. */
  forget(): void;
}

interface Question {
  readonly askedAtMs: number;
  resolve(value: never): void;
  reject(error: RealtimeError): void;
}

/** Makes the connection that core gets. */
export function createRemote({ host, capabilities, memory, send, close }: RemoteOptions): Remote {
  const questions = new Map<number, Question>();
  const pings = new Set<number>();

  function ask<T>(frame: (ask: number) => TabFrame): Promise<T> {
    memory.asks += 1;
    const ask = memory.asks;
    return new Promise<T>((resolve, reject) => {
      questions.set(ask, { askedAtMs: host.clock.now(), resolve: resolve as Question["resolve"], reject });
      send(frame(ask));
    });
  }

  /** A state that was set before keeps its time, or each return would be the latest word. */
  function setAt(channel: string, state: PresenceState): number {
    const text = JSON.stringify(state);
    const before = memory.states.get(channel);
    const setAtMs = before?.text === text ? before.setAtMs : host.clock.now();
    keep(memory.states, channel, { text, setAtMs });
    return setAtMs;
  }

  function remember(channel: string, ids: readonly string[]): void {
    keep(memory.ids, channel, [...(memory.ids.get(channel) ?? []), ...ids].slice(-MAX_HAD));
  }

  function ping(): Promise<{ readonly serverNowMs?: number }> {
    pings.add(memory.asks + 1);
    return ask((number) => ({ type: "ping", ask: number }));
  }

  const connection: DriverConnection = {
    attach(channel, { since, had, recent, presence }) {
      send({
        type: "attach",
        channel,
        since,
        recent,
        presence,
        setAtMs: presence ? setAt(channel, presence) : 0,
        hadIds: memory.ids.get(channel) ?? [],
        had,
      });
    },
    detach: (channel) => send({ type: "detach", channel }),
    async publish(message) {
      if (capabilities.publish === "none") throw unsupported("publish()");
      return ask((number) => ({ type: "publish", ask: number, message }));
    },
    signal(channel, name, value) {
      if (!capabilities.signals) throw unsupported("signal()");
      send({ type: "signal", channel, name, value });
    },
    setPresence(channel, state) {
      if (capabilities.presence === false) throw unsupported("setPresence()");
      send({ type: "state", channel, state, setAtMs: setAt(channel, state) });
    },
    async history(channel, query) {
      if (!capabilities.history) throw unsupported("history()");
      return ask((number) => ({ type: "history", ask: number, channel, query }));
    },
    setVisible: (isVisible) => send({ type: "visible", isVisible }),
    close(goodbye) {
      const deadMs = host.clock.now() - DEAD_AFTER_MS;
      close(
        goodbye,
        [...pings].some((number) => (questions.get(number)?.askedAtMs ?? Infinity) <= deadMs),
      );
    },
  };

  return {
    connection,
    host,
    forget() {
      questions.clear();
      pings.clear();
    },
    hear(frame) {
      // The leader speaks of the provider here: whatever it says is a sign of life.
      host.traffic();
      switch (frame.type) {
        case "opened":
          // Known before core looks, which is when it hears `opened`.
          if (frame.hasPing) connection.ping = ping;
          return host.opened(frame.info);
        case "transport":
          return host.transport(frame.name);
        case "attached":
          return host.attached(frame.channel, frame.attachment);
        case "messages":
          if (capabilities.recovery === "cursor")
            remember(
              frame.channel,
              Array.from(frame.messages, ({ id }) => id),
            );
          return host.messages(frame.channel, frame.messages);
        case "presence":
          return host.presence(frame.channel, frame.change);
        case "signals":
          return host.signals(frame.channel, frame.signals, frame.gone);
        case "live":
          return host.live(frame.channel);
        case "detached":
          return host.detached(frame.channel, unpackError(frame.error));
        case "answer": {
          const question = questions.get(frame.ask);
          questions.delete(frame.ask);
          pings.delete(frame.ask);
          if (frame.error) question?.reject(unpackError(frame.error));
          else question?.resolve(frame.value as never);
        }
      }
    },
  };
}

/** As the newest; the one that was not touched for longest goes. */
function keep<V>(map: Map<string, V>, channel: string, value: V): void {
  map.delete(channel);
  map.set(channel, value);
  const [oldest] = map.keys();
  if (map.size > MAX_CHANNELS) map.delete(oldest as string);
}

function unsupported(what: string): RealtimeError {
  return new RealtimeError("unsupported", `${what}: the provider behind these tabs does not have it.`);
}
