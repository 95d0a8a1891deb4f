/** The chapters of a soak: which plan, which systems, how long and how fast; and what runs beside what. */
import type { SoakOptions } from "./run/run-soak.js";
import type { SystemName } from "./system.js";

/** A figure of the project's list, and how it is got. */
export interface Chapter {
  readonly name: ChapterName;
  readonly title: string;
  /** One after the other; what is in one list runs side by side. */
  readonly runs: readonly (readonly Run[])[];
}

/** One run, but for where it is kept. */
export type Run = Omit<SoakOptions, "folder">;

/** R1, R13, R3, R16. */
export type ChapterName = "cuts" | "everything" | "restarts" | "clocks";

export const CHAPTERS: readonly ChapterName[] = ["cuts", "restarts", "clocks", "everything"];

/** How much is asked for. */
export interface Size {
  readonly minutes: number;
  readonly seed: number;
  readonly clients: number;
  /** Leaves the others out. */
  readonly isOursOnly: boolean;
}

const MINUTE_MS = 60_000;
/** 20 clients make 20,000 publishes at this pace. */
const CUTS_MS = 50_000;
const CUTS_PACE_MS = 50;
/** 20 clients make 50 publishes a second at this pace: 30,000 in ten minutes, each to 20 subscribers. */
const PACE_MS = 400;
/** Below the default limit of 100 a minute, with room to catch up. */
const DEFAULTS_PACE_MS = 1_000;
/** A ghost may be shown for 15 s. */
const QUIET_MS = 16_000;
const PEERS: readonly SystemName[] = ["socketio", "socketio-retries", "socketio-csr", "socketio-csr-retries"];

/** Works a chapter out. Shorter than a minute, all of it is shorter. */
export function chapterOf(name: ChapterName, { minutes, seed, clients, isOursOnly }: Size): Chapter {
  const share = Math.min(1, minutes);
  const run = (system: SystemName, lastsMs: number, more: Partial<Run> = {}): Run => ({
    system,
    plan: name,
    seed,
    lastsMs,
    clients,
    paceMs: system === "attune-defaults" ? DEFAULTS_PACE_MS : PACE_MS,
    quietMs: 0,
    ...more,
  });
  const peers = isOursOnly ? [] : PEERS;
  switch (name) {
    case "cuts": {
      const seeds = minutes < 1 ? [seed] : [seed, seed + 1, seed + 2];
      const at = (system: SystemName, ofSeed: number): Run =>
        run(system, CUTS_MS * share, {
          seed: ofSeed,
          ...(system === "attune-defaults" ? {} : { paceMs: CUTS_PACE_MS }),
        });
      return {
        name,
        title: "R1: connections reset and closed all the time",
        runs: seeds.flatMap((each) => [
          [at("attune", each)],
          ...(minutes < 1 && isOursOnly ? [] : [[at("attune-defaults", each)]]),
          ...peers.map((peer) => [at(peer, each)]),
        ]),
      };
    }
    case "restarts":
      return {
        name,
        title: "R3: the server killed, drained, and standing still",
        runs: [[run("attune", MINUTE_MS * share), run("attune-defaults", MINUTE_MS * share)]],
      };
    case "clocks":
      return {
        name,
        title: "R16: clocks that are wrong, and sleep",
        runs: [[run("attune-defaults", MINUTE_MS * share)]],
      };
    case "everything": {
      const lastsMs = MINUTE_MS * minutes;
      return {
        name,
        title: "R13: everything at random",
        runs: [
          [run("attune", lastsMs, { quietMs: QUIET_MS })],
          ...(isOursOnly && minutes < 1
            ? []
            : [[run("attune-defaults", lastsMs, { quietMs: QUIET_MS }), ...peers.map((peer) => run(peer, lastsMs))]]),
        ],
      };
    }
  }
}
