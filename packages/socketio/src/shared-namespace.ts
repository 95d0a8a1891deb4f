/** The one socket that a Manager has for Attune's namespace, lent to one connection at a time. */
import type { Clock } from "@attune/protocol";
import type { AskCredentials } from "./credentials.js";
import { createListeners } from "./listeners.js";
import { NAMESPACE } from "./namespace.js";
import type { ManagerLike, NamespaceSocketLike } from "./socket-like.js";

/** A socket on loan. */
export interface Loan {
  readonly socket: NamespaceSocketLike;
  /** Leaves the namespace. The connection under it stays, as long as the app uses it. */
  giveBack(): void;
  /** The same, once the server has answered a `bye` that was sent, by its own disconnect. */
  giveBackAfterBye(clock: Clock): void;
}

interface Shared {
  socket?: NamespaceSocketLike;
  borrower?: AskCredentials;
  /** Ends the wait for the server's disconnect. */
  stopWaiting?: () => void;
}

/** A server that does not answer a `bye` within this time is left without an answer. */
const BYE_MS = 1_000;

const sharedOf = new WeakMap<ManagerLike, Shared>();

/**
 * Borrows the socket; `askCredentials` answers for it until it is given back.
 *
 * @returns `undefined` when somebody else has it: a server knows one socket per namespace and connection
 */
export function borrowNamespace(manager: ManagerLike, askCredentials: AskCredentials): Loan | undefined {
  const shared = sharedOf.get(manager) ?? {};
  sharedOf.set(manager, shared);
  if (shared.borrower) return undefined;
  shared.stopWaiting?.();
  shared.borrower = askCredentials;
  // The Manager keeps its sockets for ever, and connects a new one inside this very call: so the answer to who asks for
  // credentials must be there before it, and must be able to change.
  const socket = shared.socket ?? manager.socket(NAMESPACE, { auth: (answer) => shared.borrower?.(answer) });
  shared.socket = socket;

  return {
    socket,
    giveBack() {
      delete shared.borrower;
      socket.disconnect();
    },
    giveBackAfterBye(clock) {
      delete shared.borrower;
      const listeners = createListeners();
      const cancel = clock.after(BYE_MS, leave);
      listeners.on(socket, "disconnect", leave);
      shared.stopWaiting = leave;

      function leave(): void {
        cancel();
        listeners.release();
        delete shared.stopWaiting;
        socket.disconnect();
      }
    },
  };
}
