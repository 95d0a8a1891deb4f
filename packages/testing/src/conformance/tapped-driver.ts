/** Listens in between core and a driver: what each says to the other is the contract at work. */
import type {
  AttachRequest,
  Driver,
  DriverConnection,
  DriverHost,
  IncomingMessage,
  OutgoingMessage,
  PresenceDelta,
  PresenceSnapshot,
} from "@attune/core/driver";

/** What a driver said. `connection`: 1 for that of the first `connect()`. */
export type Said =
  | { readonly connection: number; readonly what: "opened" }
  | { readonly connection: number; readonly what: "closed" }
  | {
      readonly connection: number;
      readonly what: "attached" | "signals" | "state" | "live" | "detached";
      readonly channel: string;
    }
  | {
      readonly connection: number;
      readonly what: "messages";
      readonly channel: string;
      readonly messages: readonly IncomingMessage[];
    }
  | {
      readonly connection: number;
      readonly what: "presence";
      readonly channel: string;
      readonly change: PresenceSnapshot | PresenceDelta;
    };

/** What core asked for. */
export type Asked =
  | { readonly what: "attach"; readonly channel: string; readonly request: AttachRequest }
  | { readonly what: "detach"; readonly channel: string }
  | { readonly what: "publish"; readonly message: OutgoingMessage };

type Patch = NonNullable<DriverConnection["patch"]>;

/** The place between core and a driver. */
export interface Tap {
  /** The driver to give to core. */
  readonly driver: Driver;
  readonly said: readonly Said[];
  readonly asked: readonly Asked[];
  /** How often core connected. */
  readonly connects: number;
  /** The driver's side of the last connection, to ask it what core would not. */
  readonly connection: DriverConnection;
  /** What the driver answers to the next publish, or patch, is lost on its way to core. */
  loseNextAnswer(): void;
  /** Core's next close() does not reach the driver. */
  holdNextClose(): void;
  /** Every message that the driver handed over on a channel, copies and repeats too. */
  messages(channel: string): readonly IncomingMessage[];
}

/** Taps a driver. */
export function tapDriver(driver: Driver): Tap {
  const said: Said[] = [];
  const asked: Asked[] = [];
  let connects = 0;
  let current: DriverConnection | undefined;
  let losesAnswer = false;
  let holdsClose = false;

  function listenTo(host: DriverHost, connection: number): DriverHost {
    return {
      clock: host.clock,
      random: host.random,
      get isVisible() {
        return host.isVisible;
      },
      auth: () => host.auth(),
      transport: (name) => host.transport(name),
      traffic: () => host.traffic(),
      opened(info) {
        said.push({ connection, what: "opened" });
        host.opened(info);
      },
      closed(reason) {
        said.push({ connection, what: "closed" });
        host.closed(reason);
      },
      attached(channel, attachment) {
        said.push({ connection, what: "attached", channel });
        host.attached(channel, attachment);
      },
      messages(channel, messages) {
        said.push({ connection, what: "messages", channel, messages });
        host.messages(channel, messages);
      },
      presence(channel, change) {
        said.push({ connection, what: "presence", channel, change });
        host.presence(channel, change);
      },
      signals(channel, signals, gone) {
        said.push({ connection, what: "signals", channel });
        host.signals(channel, signals, gone);
      },
      state(channel, change) {
        said.push({ connection, what: "state", channel });
        host.state(channel, change);
      },
      live(channel) {
        said.push({ connection, what: "live", channel });
        host.live(channel);
      },
      detached(channel, error) {
        said.push({ connection, what: "detached", channel });
        host.detached(channel, error);
      },
    };
  }

  function maybeLost<T>(answer: Promise<T>): Promise<T> {
    if (!losesAnswer) return answer;
    losesAnswer = false;
    answer.catch(() => {});
    return new Promise(() => {});
  }

  function speakTo(inner: DriverConnection): DriverConnection {
    return {
      attach(channel, request) {
        asked.push({ what: "attach", channel, request });
        inner.attach(channel, request);
      },
      detach(channel) {
        asked.push({ what: "detach", channel });
        inner.detach(channel);
      },
      publish(message) {
        asked.push({ what: "publish", message });
        return maybeLost(inner.publish(message));
      },
      ...(inner.patch ? { patch: (change) => maybeLost((inner.patch as Patch)(change)) } : {}),
      signal: (channel, name, value) => inner.signal(channel, name, value),
      setPresence: (channel, state) => inner.setPresence(channel, state),
      history: (channel, query) => inner.history(channel, query),
      ...(inner.ping ? { ping: inner.ping.bind(inner) } : {}),
      setVisible: (isVisible) => inner.setVisible(isVisible),
      close(goodbye) {
        if (!holdsClose) inner.close(goodbye);
        holdsClose = false;
      },
    };
  }

  return {
    driver: {
      name: driver.name,
      capabilities: driver.capabilities,
      connect(host) {
        connects += 1;
        current = driver.connect(listenTo(host, connects));
        return speakTo(current);
      },
    },
    said,
    asked,
    get connects() {
      return connects;
    },
    get connection() {
      if (!current) throw new Error("Core has not connected yet.");
      return current;
    },
    loseNextAnswer() {
      losesAnswer = true;
    },
    holdNextClose() {
      holdsClose = true;
    },
    messages: (channel) =>
      said.flatMap((each) => (each.what === "messages" && each.channel === channel ? each.messages : [])),
  };
}
