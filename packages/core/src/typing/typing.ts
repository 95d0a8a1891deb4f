/** Who is typing: my own start and stop at a bounded rate, and the others' until they stop or fall silent. */
import type { Clock, Sender } from "@attune/protocol";
import { atom } from "nanostores";
import type { ReadableAtom } from "nanostores";

/** The signal that carries typing. Names that begin with "@" are Attune's own. */
export const TYPING_SIGNAL = "@typing";

/** At most one start a second leaves. */
const EVERY_MS = 1_000;
/** Without another keystroke, typing ends by itself after this. */
const STOP_AFTER_MS = 5_000;
/** The others are believed a little longer than they type, because a start may be as late as the network. */
const BELIEVED_MS = STOP_AFTER_MS + EVERY_MS;

/** The typing on one channel. */
export interface Typing {
  readonly $typing: ReadableAtom<readonly Sender[]>;
  start(): void;
  stop(): void;
  /** Another connection says so. */
  heard(connectionId: string, who: Sender, isTyping: boolean): void;
  gone(connectionId: string): void;
  /** Nobody types, and no timer is left. */
  clear(): void;
}

/** Makes the typing of a channel. `send` is the lossy lane. */
export function createTyping(clock: Clock, send: (isTyping: boolean) => void): Typing {
  const $typing = atom<readonly Sender[]>([]);
  const typers = new Map<string, { readonly who: Sender; cancel(): void }>();
  let isTyping = false;
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let cancelStop = (): void => {};

  function publish(): void {
    const users = new Map(Array.from(typers.values(), ({ who }) => [who.userId, who]));
    $typing.set([...users.values()]);
  }

  function stop(): void {
    cancelStop();
    if (!isTyping) return;
    isTyping = false;
    send(false);
  }

  function gone(connectionId: string): void {
    const typer = typers.get(connectionId);
    if (!typer) return;
    typer.cancel();
    typers.delete(connectionId);
    publish();
  }

  return {
    $typing,
    start() {
      cancelStop();
      cancelStop = clock.after(STOP_AFTER_MS, stop);
      const nowMs = clock.now();
      if (nowMs - sentAtMs < EVERY_MS) return;
      sentAtMs = nowMs;
      isTyping = true;
      send(true);
    },
    stop,
    heard(connectionId, who, isStarting) {
      if (!isStarting) return gone(connectionId);
      typers.get(connectionId)?.cancel();
      typers.set(connectionId, { who, cancel: clock.after(BELIEVED_MS, () => gone(connectionId)) });
      publish();
    },
    gone,
    clear() {
      cancelStop();
      isTyping = false;
      sentAtMs = Number.NEGATIVE_INFINITY;
      for (const { cancel } of typers.values()) cancel();
      typers.clear();
      publish();
    },
  };
}
