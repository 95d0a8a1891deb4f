/** What a member is to the measurement of presence, whatever carries it. */
import type { ClientSystem } from "../../clients/client.js";

/** What a client is told of another member. */
export type News = "join" | "leave" | "update";

/** A client that is connected, and on the channel once it has entered. */
export interface PresenceClient {
  /** Goes on the channel. Resolves once it is shown who is there. */
  enter(): Promise<void>;
  /** Whether it is on the channel, and nothing that it shows is old. */
  isLive(): boolean;
  /** How many members it shows, itself included. */
  shown(): number;
  /** Leaves in good order, as a page that is closed. */
  end(): void;
}

/** Which client to make. */
export interface PresenceClientOptions {
  readonly system: ClientSystem;
  readonly port: number;
  readonly name: string;
  onNews(news: News, member: string): void;
}
