/** The leader's routing: what tabs ask goes to the one connection, what the connection says goes to the tabs. It knows no lock and no line. */
import { messageId } from "@attune/protocol";
import type {
  Capabilities,
  Closed,
  DriverConnection,
  DriverHost,
  IncomingMessage,
  Opened,
  OutgoingMessage,
  Published,
} from "../driver.js";
import { createDesk } from "./desk.js";
import type { Desk } from "./desk.js";
import { packError } from "./frames.js";
import type { LeaderFrame, TabFrame } from "./frames.js";

/** What a hub needs. */
export interface HubOptions {
  readonly capabilities: Capabilities;
  nowMs(): number;
  /** The connection, from before it is open. */
  provider(): DriverConnection;
  tell(tabs: readonly string[], frame: LeaderFrame): void;
  /** A tab found the line dead. */
  dead(): void;
  /** The connection is over, and every tab was told. */
  closed(): void;
}

/** What the hub does with what a driver says. */
export type HubHost = Pick<
  DriverHost,
  "opened" | "closed" | "transport" | "attached" | "messages" | "presence" | "signals" | "live" | "detached"
>;

/** The hub of one leader. */
export interface Hub {
  readonly host: HubHost;
  /** Those who take part. */
  readonly tabs: readonly string[];
  /** Whether any tab is visible. */
  readonly isVisible: boolean;
  receive(tab: string, frame: TabFrame): void;
  /** A tab is gone, whether or not it said so. */
  left(tab: string): void;
}

/** Makes the hub of a leader whose connection is not open yet. */
export function createHub(options: HubOptions): Hub {
  const { capabilities, provider, tell } = options;
  const tabs = new Map<string, { isVisible: boolean }>();
  const desks = new Map<string, Desk>();
  let info: Opened | undefined;
  let openedAtMs = 0;
  let told: boolean | undefined;
  const steps: (() => void)[] = [];

  const isVisible = (): boolean => [...tabs.values()].some((tab) => tab.isVisible);

  /** One thing at a time: drivers and cores answer inside the call that they answer. */
  function enqueue(step: () => void): void {
    if (steps.push(step) > 1) return;
    const errors: unknown[] = [];
    for (; steps[0]; steps.shift()) {
      try {
        steps[0]();
      } catch (error) {
        // One step that fails must not hold up those behind it for ever.
        errors.push(error);
      }
    }
    if (errors.length) throw errors[0];
  }

  function deskOf(channel: string): Desk {
    const found = desks.get(channel);
    if (found) return found;
    const desk = createDesk(channel, {
      capabilities,
      nowMs: options.nowMs,
      provider,
      tell,
      enqueue,
      closed: () => desks.delete(channel),
    });
    desks.set(channel, desk);
    return desk;
  }

  function welcome(to: readonly string[]): void {
    if (!info) return tell(to, { type: "here" });
    const { serverNowMs } = info;
    // For a tab that comes later, the server's clock has gone on.
    const now = serverNowMs === undefined ? {} : { serverNowMs: serverNowMs + options.nowMs() - openedAtMs };
    tell(to, { type: "opened", info: { ...info, ...now }, hasPing: provider().ping !== undefined });
  }

  function showVisible(): void {
    if (!info || told === isVisible()) return;
    told = isVisible();
    provider().setVisible(told);
  }

  function left(tab: string): void {
    if (!tabs.delete(tab)) return;
    for (const desk of [...desks.values()]) desk.detach(tab);
    showVisible();
  }

  function closed({ error, retryAfterMs }: Closed): void {
    info = undefined;
    desks.clear();
    tell([...tabs.keys()], { type: "closed", error: packError(error), retryAfterMs });
    options.closed();
  }

  async function answer(tab: string, ask: number, work: () => Promise<unknown> | undefined): Promise<void> {
    let frame: LeaderFrame;
    try {
      frame = { type: "answer", ask, value: await work() };
    } catch (error) {
      frame = { type: "answer", ask, error: packError(error) };
    }
    enqueue(() => tell([tab], frame));
  }

  async function publish(tab: string, message: OutgoingMessage): Promise<Published> {
    const published = await provider().publish(message);
    if (capabilities.echo === "none")
      enqueue(() => desks.get(message.channel)?.sent(tab, toIncoming(message, published)));
    return published;
  }

  function toIncoming({ event, data, producer, sequence }: OutgoingMessage, published: Published): IncomingMessage {
    const { userId = "", name = "" } = info?.user ?? {};
    const stored =
      published.guarantee === "stored"
        ? published
        : { id: messageId(userId, producer, sequence), timestampMs: options.nowMs() };
    const { id, timestampMs } = stored;
    const message = { id, event, data, timestampMs, ...(info?.user ? { sender: { userId, name } } : {}) };
    return "position" in stored ? { ...message, position: stored.position } : message;
  }

  function receive(tab: string, frame: TabFrame): void {
    if (frame.type === "enter") {
      tabs.set(tab, { isVisible: frame.isVisible });
      welcome([tab]);
      return showVisible();
    }
    if (frame.type === "knock") return tell(["*"], { type: "here" });
    if (frame.type === "left") {
      left(tab);
      // One who looks at the line found it dead; a hidden leader might not for long. Its lock may have told of its end before.
      if (frame.isDead && info) options.dead();
      return;
    }
    const known = tabs.get(tab);
    if (!known) return;
    if (frame.type === "visible") {
      known.isVisible = frame.isVisible;
      return showVisible();
    }
    // A frame that a closed connection was meant for: the tab is on its way back.
    if (!info) return;
    switch (frame.type) {
      case "attach":
        return deskOf(frame.channel).attach(tab, frame);
      case "detach":
        return desks.get(frame.channel)?.detach(tab);
      case "signal":
        return desks.get(frame.channel)?.signal(tab, frame.name, frame.value);
      case "state":
        return desks.get(frame.channel)?.setState(tab, frame.state, frame.setAtMs);
      case "publish":
        return void answer(tab, frame.ask, () => publish(tab, frame.message));
      case "history":
        return void answer(tab, frame.ask, () => provider().history(frame.channel, frame.query));
      case "ping":
        return void answer(tab, frame.ask, () => provider().ping?.());
    }
  }

  const to = <K extends "attached" | "messages" | "presence" | "signals" | "live" | "detached">(
    kind: K,
  ): DriverHost[K] =>
    ((channel: string, ...args: never[]) =>
      enqueue(() => (desks.get(channel)?.[kind] as ((...args: never[]) => void) | undefined)?.(...args))) as never;

  return {
    host: {
      opened: (opened) =>
        enqueue(() => {
          info = opened;
          openedAtMs = options.nowMs();
          told = undefined;
          welcome([...tabs.keys()]);
          showVisible();
        }),
      closed: (reason) => enqueue(() => closed(reason)),
      transport: (name) =>
        enqueue(() => {
          if (info) info = { ...info, transport: name };
          tell([...tabs.keys()], { type: "transport", name });
        }),
      attached: to("attached"),
      messages: to("messages"),
      presence: to("presence"),
      signals: to("signals"),
      live: to("live"),
      detached: to("detached"),
    },
    get tabs() {
      return [...tabs.keys()];
    },
    get isVisible() {
      return isVisible();
    },
    receive: (tab, frame) => enqueue(() => receive(tab, frame)),
    left: (tab) => enqueue(() => left(tab)),
  };
}
