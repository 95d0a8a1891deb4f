/** The sessions of this node: made, taken over, lost, ended. */
import type { Limits, User } from "@attune/protocol";
import type { Bounds } from "../bounds.js";
import type { ServerEnv } from "../env/server-env.js";
import { isSameSecret } from "./secret.js";
import { type Carrier, Session } from "./session.js";

/** What a store needs to know. */
export interface SessionStoreOptions {
  readonly env: ServerEnv;
  readonly limits: Limits;
  readonly bounds: Pick<Bounds, "statesPerSecond" | "patchesPerSecond">;
  /** How long a session waits for its client. */
  readonly graceMs: number;
}

/** Keeps sessions. One whose connection is lost stays for the grace and then ends, whatever happens. */
export class SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #perUser = new Map<string, number>();

  constructor(options: SessionStoreOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How many sessions a user has. Anonymous ones are not counted. */
  countOf(user: User | null): number {
    return user ? (this.#perUser.get(user.userId) ?? 0) : 0;
  }

  all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  create(user: User | null): Session {
    const { limits, bounds, env } = this.#options;
    const session = new Session(user, limits, bounds, env);
    this.#sessions.set(session.id, session);
    this.#count(user, 1);
    return session;
  }

  /** Finds the session that a client may continue: it knows the key, and it is the same user. */
  find([id, key]: readonly [string, string], user: User | null): Session | undefined {
    const session = this.#sessions.get(id);
    return session && isSameSecret(session.key, key) && session.user?.userId === user?.userId ? session : undefined;
  }

  /**
   * Gives a session to a connection. @returns the one that carried it until now
   *
   * Channels that the client does not come back to within the grace are left then.
   */
  carry(session: Session, carrier: Carrier): Carrier | undefined {
    const before = session.carrier;
    session.carrier = carrier;
    this.#afterGrace(session, () => {
      if (session.carrier === carrier) session.leaveAllBut((channel) => carrier.isOn(channel));
    });
    return before;
  }

  /** The connection is gone: the session waits. */
  lose(session: Session, carrier: Carrier): void {
    if (session.carrier !== carrier) return;
    session.carrier = undefined;
    this.#afterGrace(session, () => this.end(session));
  }

  end(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    session.carrier = undefined;
    this.#count(session.user, -1);
    session.end();
  }

  #afterGrace(session: Session, run: () => void): void {
    const { env, graceMs } = this.#options;
    session.cancelGrace?.();
    session.cancelGrace = env.clock.after(graceMs, run);
  }

  #count(user: User | null, by: number): void {
    if (!user) return;
    const count = (this.#perUser.get(user.userId) ?? 0) + by;
    if (count > 0) this.#perUser.set(user.userId, count);
    else this.#perUser.delete(user.userId);
  }
}
