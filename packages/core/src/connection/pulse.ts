/** Keeps watch over one open connection: probes it, measures it, and says when it is dead. */
import type { Clock } from "@attune/protocol";
import type { DriverConnection } from "../driver.js";
import { HEARTBEAT, nextStep } from "./heartbeat.js";
import type { LineHealth } from "./heartbeat.js";

/** What the watch needs. */
export interface PulseOptions {
  readonly clock: Clock;
  isVisible(): boolean;
  /** Absent where the provider keeps its own heartbeat: then nothing is watched here. */
  readonly ping: DriverConnection["ping"];
  /** `isLate`: the answer is not there yet. */
  onLatency(latencyMs: number, isLate: boolean, serverNowMs?: number): void;
  onDead(): void;
}

/** The watch over one connection. */
export interface Pulse {
  /** Something arrived. */
  heard(): void;
  /** A publish went out: silence from here on is suspicious. */
  published(): void;
  /** Asks now: after waking up, getting focus, or a change of network. */
  probe(): void;
  stop(): void;
}

/** Starts watching; the first probe goes out at once and gives the first latency. */
export function startPulse({ clock, isVisible, ping, onLatency, onDead }: PulseOptions): Pulse {
  let health: LineHealth = { heardAtMs: clock.now(), probedAtMs: clock.now() };
  let cancel = (): void => {};
  let isStopped = ping === undefined;

  const probe = (): void => {
    if (isStopped || !ping) return;
    const sentAtMs = clock.now();
    health = { ...health, probedAtMs: sentAtMs, askedAtMs: health.askedAtMs ?? sentAtMs };
    // A rejected ping is no news: the silence, or the driver's `closed`, says the same.
    ping().then(
      ({ serverNowMs }) => {
        if (isStopped) return;
        health = { ...health, askedAtMs: undefined, isLate: false };
        onLatency(clock.now() - sentAtMs, false, serverNowMs);
      },
      () => {},
    );
    schedule();
  };

  function schedule(): void {
    cancel();
    if (isStopped) return;
    const step = nextStep(health, clock.now(), isVisible());
    if (step.do === "wait") cancel = clock.after(step.ms, schedule);
    else if (step.do === "probe") probe();
    else if (step.do === "say-late") {
      health = { ...health, isLate: true };
      onLatency(HEARTBEAT.lateMs, true);
      schedule();
    } else {
      isStopped = true;
      onDead();
    }
  }

  probe();
  return {
    // No timer is touched here: this runs for every frame. The timer that is under way looks again when it is due.
    heard() {
      health = { ...health, heardAtMs: clock.now(), publishedAtMs: undefined };
    },
    published() {
      if (isStopped || health.publishedAtMs !== undefined) return;
      health = { ...health, publishedAtMs: clock.now() };
      schedule();
    },
    probe,
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
