/** What can go wrong, as plain data: one word for each fault, the same for sockets, for the hub and for doubles. */
import type { ErrorCode } from "@attune/protocol";

/** Towards the server, towards the client, or both ways. */
export type Direction = "up" | "down" | "both";

/** Whom a fault strikes: a client by its label, a connection by its number, `any` for one that is drawn. Default everybody. */
interface Struck {
  readonly on?: string | number;
}

/** Faults that strike at one moment. */
export type MomentaryFault = Struck &
  (
    | { readonly fault: "cut" | "reset" | "expire-token" }
    /** A process can be told how: `kill` gives it no time, `drain` lets it end in good order. Default is the target's. */
    | { readonly fault: "restart"; readonly how?: "kill" | "drain" }
    /** A clock is set, by so much; negative: back. */
    | { readonly fault: "step-clock"; readonly ms: number }
    /** Strikes the next of its kind that comes by. */
    | {
        readonly fault: "drop-message" | "duplicate-message" | "reorder-messages" | "drop-ack" | "drop-presence";
      }
    | { readonly fault: "reject-publish"; readonly code: ErrorCode }
    | { readonly fault: "new-epoch" | "crash-channel"; readonly channel: string }
    /** `keep`: how many of the last messages stay. Default none. */
    | { readonly fault: "trim-history"; readonly channel: string; readonly keep?: number }
  );

/** Faults that last until they are taken back. Default direction `both`. */
export type LastingFault = Struck &
  (
    | { readonly fault: "half-open" | "pause"; readonly direction?: Direction }
    /** Each piece takes `ms`, and up to `jitterMs` more. Order is kept. */
    | { readonly fault: "delay"; readonly ms: number; readonly jitterMs?: number; readonly direction?: Direction }
    | { readonly fault: "slow"; readonly bytesPerSecond: number; readonly direction?: Direction }
    /** Each byte with the probability `rate`, and of those that come by now the next `bytes`. */
    | { readonly fault: "corrupt"; readonly rate?: number; readonly bytes?: number; readonly direction?: Direction }
    /** `freeze`: a process gets no time, and its connections stay open. */
    | { readonly fault: "refuse" | "hang" | "offline" | "freeze" }
  );

/** One fault. What each does is said by the target that can do it. */
export type Fault = MomentaryFault | LastingFault;

/** The word for a fault. */
export type FaultName = Fault["fault"];

const LASTING: readonly FaultName[] = [
  "half-open",
  "pause",
  "delay",
  "slow",
  "corrupt",
  "refuse",
  "hang",
  "offline",
  "freeze",
] satisfies readonly LastingFault["fault"][];

/** Whether a fault lasts until it is taken back. */
export function isLasting(fault: Fault): fault is LastingFault {
  return LASTING.includes(fault.fault);
}
