/** What can happen in a run, as plain data: what users do, and what goes wrong. */

/** What users and the app do. */
export type Deed =
  | { readonly do: "publish"; readonly client: number; readonly channel: string; readonly count: number }
  | { readonly do: "backend-publish"; readonly channel: string }
  | { readonly do: "join" | "leave"; readonly client: number; readonly channel: string }
  | { readonly do: "state" | "signal" | "type" | "connect" | "disconnect" | "history"; readonly client: number };

/** What goes wrong with one client or its network. `forMs` is how long; what has none is over at once. */
export const CLIENT_FAULTS = [
  "cut",
  "cut-unnoticed-by-server",
  "cut-unnoticed-by-client",
  "half-open",
  "loses-up",
  "loses-down",
  "stall",
  "delay",
  "slow",
  "duplicate",
  "swap",
  "replay",
  "offline",
  "hide",
  "freeze",
  "sleep",
  "clock-jump",
  "slow-token",
  "no-token",
  "short-token",
  "crash",
  "power-cut",
] as const;

/** What goes wrong with the server, and so for everybody. */
export const SERVER_FAULTS = [
  "server-kill",
  "server-power-cut",
  "server-drain",
  "server-clock-step",
  "write-error",
  "partition",
  "revoke",
] as const;

export type ClientFault = (typeof CLIENT_FAULTS)[number];
export type ServerFault = (typeof SERVER_FAULTS)[number];
export type FaultName = ClientFault | ServerFault;

/** Something goes wrong. */
export interface Fault {
  readonly do: "fault";
  readonly fault: FaultName;
  /** The one it strikes; of a server fault, the one that a revocation is for. */
  readonly client: number;
  readonly forMs: number;
  /** Of a clock: how far it jumps. Of frames: how many. */
  readonly amount: number;
}

/** One step of a schedule. */
export interface Step {
  /** Since the step before. */
  readonly afterMs: number;
  readonly action: Deed | Fault;
}

/** A schedule: who takes part, on what kind of server, and what happens. Made from its seed alone. */
export interface Schedule {
  readonly seed: number;
  /** The user of each client; two may be tabs of one. */
  readonly users: readonly string[];
  readonly server: { readonly isDurable: boolean; readonly commitMs: number; readonly history: number };
  /** Whether what waits in a tab outlives the tab. */
  readonly keepsOutbox: boolean;
  /** How long a token holds, in milliseconds; 0 for ever. */
  readonly tokenLifeMs: number;
  /** How long each message is: with long ones, a join takes several pieces. */
  readonly messageChars: number;
  readonly steps: readonly Step[];
}
