/** What a broker's author provides to have it held to the contract: a fresh broker, its time, and its restarts. */
import type { Broker, ChainBounds, HistoryBounds, MaybePromise, StateBounds } from "@attune/server/core";

/** Bounds that a case asks for. What it leaves open MUST be as large as the defaults of the memory broker. */
export interface BrokerBounds {
  readonly history?: Partial<HistoryBounds>;
  readonly dedupe?: Partial<ChainBounds>;
  readonly states?: Partial<StateBounds>;
}

/** A broker that a case has to itself. */
export interface BrokerWorld {
  readonly broker: Broker;
  /** What its clock shows, in milliseconds. */
  now(): number;
  /** Lets time pass. Absent where it passes by itself: the cases that need hours are left out. */
  advance?(ms: number): MaybePromise<void>;
  /** Sets its clock, as an operator does: no time passes. Wherever `advance` is, this is. */
  setClock?(byMs: number): void;
  /** Ends the broker, in order or as if its process was killed at this instant, and starts it again from what is left. */
  restart(how: "closed" | "killed"): MaybePromise<Broker>;
  /** Ends what is left. */
  close(): MaybePromise<void>;
}

/** Makes a world with an empty broker. */
export type MakeBrokerWorld = (bounds: BrokerBounds) => MaybePromise<BrokerWorld>;

/** What a broker declares. */
export interface BrokerTraits {
  /** Whether logs and chains outlive its process. If not, each start MUST begin a new epoch. */
  readonly survives: boolean;
  /** Whether the world can let time pass. */
  readonly hasTime: boolean;
}
