/** Where a transport hands over what came in: recognised, put in line, and worked on one frame at a time. */
import { type ClientFrame, decodeClientFrame, type HelloFrame, isRealtimeError, RealtimeError } from "@attune/protocol";
import { handle } from "../handlers/handle.js";
import type { ServerContext } from "../server-context.js";
import { encodeFrame } from "../wire/encoded-frame.js";
import { Connection } from "./connection.js";
import { closeCodeFor, dismiss } from "./dismissal.js";
import { FrameQueue } from "./frame-queue.js";
import { identify, sessionFor } from "./greeting.js";
import { renew } from "./renewal.js";
import { toRefusal } from "./refusal.js";
import type { TransportInlet, TransportLink } from "./transport-link.js";

/** One transport connection: nameless until its `hello` is answered, a {@link Connection} from then on. */
export class ClientInlet implements TransportInlet {
  readonly #server: ServerContext;
  readonly #link: TransportLink;
  readonly #onEnd: (inlet: ClientInlet) => void;
  readonly #queue: FrameQueue<ClientFrame>;
  readonly #cancelHello: () => void;
  #hasGreeted = false;
  #isOver = false;
  #connection: Connection | undefined;

  constructor(server: ServerContext, link: TransportLink, onEnd: (inlet: ClientInlet) => void) {
    const { env, bounds } = server.settings;
    this.#server = server;
    this.#link = link;
    this.#onEnd = onEnd;
    this.#queue = new FrameQueue(
      (frame) => this.#work(frame),
      (frame, error) => this.#failed(frame, error),
    );
    this.#cancelHello = env.clock.after(bounds.helloMs, () => {
      this.dismiss(new RealtimeError("timeout", "The client was not authenticated in time."));
    });
  }

  receive(raw: unknown): void {
    if (this.#isOver) return;
    const { counters } = this.#server;
    counters.framesIn++;
    this.#connection?.heard();
    const frame = decodeClientFrame(raw);
    if (!frame || (frame.t === "hello") === this.#hasGreeted) {
      counters.invalidFrames++;
      this.dismiss(
        new RealtimeError("invalid-frame", frame ? `No "${frame.t}" is expected here.` : "That is no frame."),
      );
      return;
    }
    this.#hasGreeted = true;
    // These neither wait nor make others wait: a probe behind a slow authorisation would find a dead server.
    if (frame.t === "ping" || frame.t === "pong" || frame.t === "vis") this.#answerNow(frame);
    else this.#enqueue(frame);
  }

  closed(): void {
    if (this.#isOver) return;
    this.#connection?.lost();
    this.#end();
  }

  /** Closes with the code that stands for an error. */
  dismiss(error: RealtimeError): void {
    if (this.#isOver) return;
    const { retryAfterMs } = error.details ?? {};
    const after = typeof retryAfterMs === "number" ? retryAfterMs : undefined;
    const code = closeCodeFor(error.code);
    if (this.#connection) {
      this.#connection.bye(code, error.message, after);
    } else {
      dismiss(this.#link, code, error.message, after);
      this.#end();
    }
  }

  #answerNow(frame: ClientFrame): void {
    if (frame.t === "vis") this.#connection?.setVisible(frame.v);
    if (frame.t !== "ping") return;
    this.#connection?.send(encodeFrame({ t: "pong", r: frame.r, now: this.#server.settings.env.clock.now() }));
  }

  #enqueue(frame: ClientFrame): void {
    const { bounds } = this.#server.settings;
    const max = this.#connection ? bounds.queuedFrames : bounds.queuedBeforeWelcome;
    // Signals are worth nothing later, and the first to go: a slow authorisation must not cut a client for its cursor.
    if (frame.t === "sig" && this.#queue.length >= max / 4) {
      this.#server.counters.signalsDropped++;
    } else if (this.#queue.length >= max) {
      this.dismiss(new RealtimeError("limit-exceeded", `More than ${max} frames wait to be worked on.`));
    } else {
      this.#queue.push(frame);
    }
  }

  #work(frame: ClientFrame): void | Promise<void> {
    if (this.#isOver) return undefined;
    if (frame.t === "hello") return this.#greet(frame);
    if (frame.t === "auth") return this.#connection && renew(this.#connection, this.#link, frame);
    return this.#connection && handle(this.#connection, frame);
  }

  async #greet(hello: HelloFrame): Promise<void> {
    const { user, expiresInMs } = await identify(this.#server, this.#link, hello);
    if (this.#isOver) return;
    const { session, resumed } = sessionFor(this.#server, hello, user);
    if (resumed) session.updateUser(user);
    this.#cancelHello();
    const start = { session, resumed, expiresInMs, isVisible: hello.vis };
    this.#connection = new Connection(this.#server, this.#link, start, () => this.#end());
  }

  #failed(frame: ClientFrame, error: unknown): void {
    const { counters, settings } = this.#server;
    if (!isRealtimeError(error)) {
      counters.errors++;
      settings.env.report(error, `frame "${frame.t}"`);
    }
    if (this.#isOver) return;
    if (frame.t === "hello" || frame.t === "auth") {
      this.dismiss(isRealtimeError(error) ? error : new RealtimeError("internal-error", "The server failed."));
      return;
    }
    const refusal = toRefusal(frame, error);
    if (refusal) this.#connection?.send(encodeFrame(refusal));
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelHello();
    this.#queue.clear();
    this.#onEnd(this);
  }
}
