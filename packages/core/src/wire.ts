/** Attune's own protocol as a driver, over any pipe that carries frames: shared by the drivers for our server. */
import { decodeServerFrame, fromWireMessage, PROTOCOL_VERSION, RealtimeError } from "@attune/protocol";
import type { ServerFrame, StateVersion, WelcomeFrame } from "@attune/protocol";
import type { Capabilities, Driver, DriverConnection, DriverHost, HistoryPage, Published } from "./driver.js";
import { createBackfills } from "./wire/backfills.js";
import { CAPABILITIES } from "./wire/capabilities.js";
import type { OpenPipe, Pipe } from "./wire/pipe.js";
import { createRenewal } from "./wire/renewal.js";
import { createRequests } from "./wire/requests.js";
import {
  fromBye,
  keyOf,
  toAttachment,
  toDelta,
  toError,
  toOpened,
  toPage,
  toPublished,
  toSignals,
  toState,
  toStateDelta,
  toVersion,
  wirePosition,
} from "./wire/translate.js";

export type { OpenPipe, Pipe, PipeEvents } from "./wire/pipe.js";

/** How to make a driver for our server. */
export interface WireOptions {
  readonly name: string;
  /** `driver`: the pipe reconnects by itself. Default `core`. */
  readonly reconnect?: Capabilities["reconnect"];
  readonly open: OpenPipe;
}

/**
 * Makes a driver that speaks Attune's protocol over a pipe. PROTOCOL.md describes every frame.
 *
 * The session is kept from one connection to the next, so that the server takes the new one for the old one.
 *
 * @example
 * ```ts
 * import { createWireDriver } from "@attune/core/wire";
 * const driver = createWireDriver({ name: "mine", open: (events, hello) => ({ send() {}, close() {} }) });
 * ```
 */
export function createWireDriver({ name, reconnect = "core", open }: WireOptions): Driver {
  let session: WelcomeFrame["s"] | undefined;
  // Never the same number twice, also not on another connection, or after a reload: what is left over
  // answers nothing.
  let lastRef = 0;
  return {
    name,
    capabilities: { ...CAPABILITIES, reconnect },
    connect(host) {
      lastRef ||= Math.floor(host.random() * 2 ** 31);
      return connect(
        host,
        open,
        {
          get: () => session,
          set: (next) => {
            session = next;
          },
        },
        () => ++lastRef,
      );
    },
  };
}

interface Session {
  get(): WelcomeFrame["s"] | undefined;
  set(session: WelcomeFrame["s"] | undefined): void;
}

function connect(host: DriverHost, open: OpenPipe, session: Session, nextRef: () => number): DriverConnection {
  const publishes = createRequests<Published>();
  const patches = createRequests<StateVersion>();
  const pages = createRequests<HistoryPage>();
  const renewal = createRenewal(host, (token) =>
    pipe.send({ t: "auth", ...(token === undefined ? {} : { k: token }) }),
  );
  const pings = createRequests<{ serverNowMs: number }>();
  const backfills = createBackfills(host, (ref) => pipe.send({ t: "more", r: ref }));
  const refs = new Map<string, number>();
  /** Those of them that have no answer yet: a second one would begin the join anew, with what was true then. */
  const asked = new Map<string, number>();
  let transport = "";
  let hasBye = false;

  const pipe: Pipe = open(
    {
      transport(next) {
        transport = next;
        host.transport(next);
      },
      traffic: host.traffic,
      closed(error) {
        renewal.holds(undefined);
        if (!hasBye) host.closed({ error });
        hasBye = false;
        // Also of a pipe that comes back, which is not closed: the answer to a repeat must not go to what was asked before it.
        unanswered(error);
      },
      frame(value) {
        host.traffic();
        renewal.look();
        const frame = decodeServerFrame(value);
        // A frame of a later version is no reason to fall over: what is not understood is not acted on.
        try {
          if (frame) receive(frame);
        } catch {
          // Nor is one that is not what it seems. Where messages were in it, the hole is noticed.
        }
      },
    },
    async () => {
      const token = await renewal.first();
      const last = session.get();
      hasBye = false;
      return {
        t: "hello",
        v: PROTOCOL_VERSION,
        vis: host.isVisible,
        ...(token === undefined ? {} : { k: token }),
        ...(last ? { s: last } : {}),
      };
    },
  );

  /** After core knows of the loss, so that it has called its messages back before it hears that they went unanswered. */
  function unanswered(error: RealtimeError): void {
    for (const requests of [publishes, patches, pages, pings]) requests.rejectAll(error);
  }

  function receive(frame: ServerFrame): void {
    switch (frame.t) {
      case "welcome":
        session.set(frame.s);
        renewal.holds(frame.exp);
        return host.opened(toOpened(frame, transport));
      case "authed":
        return renewal.holds(frame.exp);
      case "joined": {
        if (asked.get(frame.c) !== frame.r) return;
        asked.delete(frame.c);
        backfills.begin(frame);
        host.attached(frame.c, toAttachment(frame));
        if (frame.sv) host.state(frame.c, toState(frame.sv, frame.st));
        return backfills.next(frame.r, frame);
      }
      case "chunk":
        return backfills.next(frame.r, frame);
      case "msg":
        return host.messages(
          frame.c,
          frame.m.map((message) => fromWireMessage(frame.e, message)),
        );
      case "pres":
        return host.presence(frame.c, toDelta(frame));
      case "delta":
        return host.state(frame.c, toStateDelta(frame));
      case "patched":
        return void patches.resolve(keyOf(frame), toVersion(frame.at));
      case "sig":
        return host.signals(frame.c, toSignals(frame), frame.x ?? []);
      case "ack":
        return void publishes.resolve(keyOf(frame), toPublished(frame));
      case "nack": {
        const error = toError(frame.code, frame.msg, { last: frame.last, retryAfterMs: frame.after });
        // Each has a producer of its own.
        if (!publishes.reject(keyOf(frame), error)) patches.reject(keyOf(frame), error);
        return;
      }
      case "page":
        return void pages.resolve(`${frame.r}`, toPage(frame));
      case "fail":
        return fail(frame.r, toError(frame.code, frame.msg, { retryAfterMs: frame.after }));
      case "closed":
        refs.delete(frame.c);
        return host.detached(frame.c, toError(frame.code, frame.msg, {}));
      case "ping":
        return pipe.send({ t: "pong", r: frame.r });
      case "pong":
        return void pings.resolve(`${frame.r}`, { serverNowMs: frame.now });
      case "bye":
        // The transport's own close follows, and is no second loss.
        hasBye = true;
        return host.closed(fromBye(frame));
    }
  }

  function fail(ref: number | undefined, error: RealtimeError): void {
    if (ref === undefined || pages.reject(`${ref}`, error)) return;
    for (const [channel, current] of refs) {
      if (current !== ref) continue;
      refs.delete(channel);
      host.detached(channel, error);
    }
  }

  return {
    attach(channel, { since, recent, presence, state }) {
      const ref = nextRef();
      backfills.drop(refs.get(channel));
      refs.set(channel, ref);
      asked.set(channel, ref);
      const position = since && wirePosition(since);
      pipe.send({
        t: "sub",
        r: ref,
        c: channel,
        ...(position ? { since: position } : {}),
        ...(position || recent === undefined ? {} : { last: recent }),
        ...(presence ? { p: presence } : {}),
        ...(state ? { st: [state.epoch, state.version] } : {}),
      });
    },
    detach(channel) {
      backfills.drop(refs.get(channel));
      refs.delete(channel);
      asked.delete(channel);
      pipe.send({ t: "unsub", c: channel });
    },
    publish({ channel, event, data, producer, sequence, previous }) {
      pipe.send({ t: "pub", c: channel, p: producer, s: sequence, b: previous, n: event, d: data });
      return publishes.ask(keyOf({ c: channel, p: producer, s: sequence }));
    },
    patch({ channel, producer, sequence, base, patch }) {
      pipe.send({ t: "patch", c: channel, p: producer, s: sequence, b: [base.epoch, base.version], d: patch });
      return patches.ask(keyOf({ c: channel, p: producer, s: sequence }));
    },
    signal: (channel, signal, value) => pipe.send({ t: "sig", c: channel, n: signal, d: value }),
    setPresence: (channel, state) => pipe.send({ t: "state", c: channel, d: state }),
    history(channel, { before, limit }) {
      const ref = nextRef();
      const position = before && wirePosition(before);
      pipe.send({ t: "hist", r: ref, c: channel, l: limit, ...(position ? { b: position } : {}) });
      return pages.ask(`${ref}`);
    },
    ping() {
      // Core asks when the page wakes up, too.
      renewal.look();
      const ref = nextRef();
      pipe.send({ t: "ping", r: ref });
      return pings.ask(`${ref}`);
    },
    setVisible: (isVisible) => pipe.send({ t: "vis", v: isVisible }),
    close(isGoodbye) {
      if (isGoodbye) {
        pipe.send({ t: "bye" });
        session.set(undefined);
      }
      renewal.holds(undefined);
      pipe.close();
      unanswered(new RealtimeError("connection-lost", "The connection was closed before the answer came."));
    },
  };
}
