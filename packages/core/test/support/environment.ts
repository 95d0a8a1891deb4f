/** A network and a page in the hands of a test. */
import type { Environment, Network, Page, PageState } from "@attune/core";
import { type ManualClock, manualClock } from "@attune/testing";

interface TestNetwork extends Network {
  set(isOnline: boolean): void;
  readonly listeners: number;
}

interface TestPage extends Page {
  set(state: PageState): void;
  /** Tells the listeners without a change: the window got the focus. */
  focus(): void;
  readonly listeners: number;
}

function emitter() {
  const callbacks = new Set<{ call(): void }>();
  return {
    onChange(call: () => void) {
      const entry = { call };
      callbacks.add(entry);
      return () => void callbacks.delete(entry);
    },
    emit() {
      for (const { call } of [...callbacks]) call();
    },
    get listeners() {
      return callbacks.size;
    },
  };
}

function testNetwork(): TestNetwork {
  const changes = emitter();
  let isOnline = true;
  return {
    isOnline: () => isOnline,
    onChange: changes.onChange,
    set(next) {
      isOnline = next;
      changes.emit();
    },
    get listeners() {
      return changes.listeners;
    },
  };
}

function testPage(): TestPage {
  const changes = emitter();
  let state: PageState = "visible";
  return {
    state: () => state,
    onChange: changes.onChange,
    focus: changes.emit,
    set(next) {
      state = next;
      changes.emit();
    },
    get listeners() {
      return changes.listeners;
    },
  };
}

export interface TestEnvironment extends Environment {
  readonly clock: ManualClock;
  readonly network: TestNetwork;
  readonly page: TestPage;
  /** What nobody else heard. */
  readonly reports: unknown[];
}

let ids = 0;

/** Everything from the world, deterministic: no jitter, ids that count. */
export function testEnvironment(clock: ManualClock = manualClock()): TestEnvironment {
  const reports: unknown[] = [];
  return {
    clock,
    random: () => 0,
    id: () => `producer-${++ids}`,
    network: testNetwork(),
    page: testPage(),
    report: (error) => void reports.push(error),
    reports,
  };
}
