/** A wrong capability, either way, fails the suite by what the driver does: a driver that lies is consistent, so nobody compares. */
import type { Capabilities, Driver, DriverHost } from "@attune/core/driver";
import { describe, expect, test } from "vitest";
import { conformanceCases, type DriverWorld } from "../src/conformance/index.js";
import { createMemoryHub, memoryDriver, type MemoryDriverOptions } from "../src/index.js";
import { memoryConformanceWorld } from "./conformance-memory-world.js";

interface Lie {
  readonly truth: MemoryDriverOptions;
  readonly claim: Partial<Capabilities>;
  /** The case that finds it out. */
  readonly caughtBy: RegExp;
}

const forgetful = { recovery: "none" } as const;
const onlySees = { publish: "none" } as const;

const lies: readonly Lie[] = [
  { truth: forgetful, claim: { history: true }, caughtBy: /^reads what was said before/ },
  { truth: {}, claim: { history: false }, caughtBy: /^history is declared as a gap/ },
  { truth: {}, claim: { echo: "none" }, caughtBy: /^a publisher does not get its own/ },
  { truth: forgetful, claim: { echo: "ordered" }, caughtBy: /^a publisher gets its own/ },
  { truth: { dedupe: false }, claim: { dedupe: true }, caughtBy: /^a repeat is harmless/ },
  { truth: {}, claim: { dedupe: false }, caughtBy: /^a repeat is another message/ },
  { truth: { presence: "core" }, claim: { presence: { grace: "server" } }, caughtBy: /^who is back in time/ },
  { truth: { presence: "core" }, claim: { presence: { grace: "driver" } }, caughtBy: /^who is back in time/ },
  { truth: { presence: "core" }, claim: { presence: { grace: "server" } }, caughtBy: /^the grace is applied/ },
  { truth: { presence: "server" }, claim: { presence: { grace: "core" } }, caughtBy: /^the grace is applied/ },
  { truth: { presence: "driver" }, claim: { presence: { grace: "core" } }, caughtBy: /^the grace is applied/ },
  { truth: {}, claim: { presence: false }, caughtBy: /^presence is declared as a gap/ },
  { truth: { presence: false }, claim: { presence: { grace: "server" } }, caughtBy: /^who joins is seen/ },
  { truth: forgetful, claim: { guarantee: "stored" }, caughtBy: /^a publish is acknowledged as stored/ },
  { truth: {}, claim: { guarantee: "handed-over" }, caughtBy: /^a publish is acknowledged as handed-over/ },
  { truth: forgetful, claim: { recovery: "offset" }, caughtBy: /^what was missed on private/ },
  { truth: forgetful, claim: { recovery: "cursor" }, caughtBy: /^what was missed on presence/ },
  { truth: forgetful, claim: { recovery: "cursor" }, caughtBy: /^a first message that was missed on public/ },
  { truth: {}, claim: { recovery: "none" }, caughtBy: /^what was missed is lost/ },
  { truth: { recovery: "cursor" }, claim: { recovery: "none" }, caughtBy: /^what was missed is lost/ },
  { truth: {}, claim: { recovery: "cursor" }, caughtBy: /^positions are known to the provider only/ },
  { truth: { recovery: "cursor" }, claim: { recovery: "offset" }, caughtBy: /^positions are counted/ },
  { truth: onlySees, claim: { publish: "client" }, caughtBy: /^messages of one client arrive/ },
  { truth: {}, claim: onlySees, caughtBy: /^publishing is declared as a gap/ },
  { truth: { signals: false }, claim: { signals: true }, caughtBy: /^the latest value arrives/ },
  { truth: {}, claim: { signals: false }, caughtBy: /^signals are declared as a gap/ },
  { truth: {}, claim: { state: true }, caughtBy: /^everybody sees one state/ },
  { truth: {}, claim: { reconnect: "driver" }, caughtBy: /^comes back by itself/ },
  { truth: { reconnect: "driver" }, claim: { reconnect: "core" }, caughtBy: /^leaves coming back to core/ },
];

const titled = lies.map((lie) => ({ ...lie, title: `${JSON.stringify(lie.claim)} of ${JSON.stringify(lie.truth)}` }));

function truthOf(options: MemoryDriverOptions): Capabilities {
  return memoryDriver(createMemoryHub(), options).capabilities;
}

/** The one case that a pattern names. */
function caseNamed(capabilities: Capabilities, pattern: RegExp): ReturnType<typeof conformanceCases>[number] {
  const found = conformanceCases(capabilities).filter(({ name }) => pattern.test(name));
  expect(found.map(({ name }) => name)).toHaveLength(1);
  return found[0] as (typeof found)[number];
}

test.each(titled)("$title is caught", async ({ truth, claim, caughtBy }) => {
  const claimed: Capabilities = { ...truthOf(truth), ...claim };
  const lying = (driver: Driver): Driver => ({ ...driver, capabilities: claimed });
  const caught = caseNamed(claimed, caughtBy).run(() => memoryConformanceWorld(truth, lying));
  await expect(caught).rejects.toThrow(/./);
});

test("capabilities other than the driver's own are the first thing that fails", async () => {
  const [first] = conformanceCases({ ...truthOf({}), history: false });
  await expect(first?.run(() => memoryConformanceWorld({}))).rejects.toThrow(/expected .* to deeply equal/);
});

test("members of a channel that has none are caught", async () => {
  const talkative = (driver: Driver): Driver => ({
    ...driver,
    connect: (host) =>
      driver.connect({
        ...host,
        attached(channel, attachment) {
          host.attached(channel, attachment);
          host.presence(channel, { kind: "snapshot", epoch: "any", revision: 0, entries: [] });
        },
      }),
  });
  const caught = caseNamed(truthOf({}), /^others who come and go/).run(() => memoryConformanceWorld({}, talkative));
  await expect(caught).rejects.toThrow(/rules of the contract that the driver of ada broke/);
});

/** A driver whose words to core are changed on the way. */
const dressed =
  (change: (host: DriverHost) => Partial<DriverHost>) =>
  (driver: Driver): Driver => ({
    ...driver,
    connect: (host) => driver.connect({ ...host, ...change(host) }),
  });

test.each([
  [
    "that hides a gap",
    /^what the provider does not keep/,
    dressed((host) => ({ attached: (channel, how) => host.attached(channel, { ...how, continuous: true }) })),
  ],
  [
    "that gives each copy of a message an id and a place of its own",
    /^a message that comes twice/,
    (driver: Driver) => {
      let copies = 0;
      return dressed((host) => ({
        messages: (channel, messages) =>
          host.messages(
            channel,
            messages.map((message) => ({ ...message, id: `${message.id} ${++copies}` })),
          ),
      }))({ ...driver, capabilities: { ...driver.capabilities, recovery: "cursor" } });
    },
  ],
  [
    "that shows the same token again",
    /^a token that expires/,
    (driver: Driver): Driver => {
      let first: Promise<string | undefined> | undefined;
      return dressed((host) => ({ auth: () => (first ??= host.auth()) }))(driver);
    },
  ],
])("a driver %s is caught", async (_what, pattern, dress) => {
  const caught = caseNamed(truthOf({}), pattern).run(() => memoryConformanceWorld({}, dress));
  await expect(caught).rejects.toThrow(/./);
});

const FAULTS = ["halfOpen", "heal", "double", "swap", "forget", "expireToken"] as const;

describe("a world that declares that there is no way to a fault", () => {
  test.each(FAULTS)("has nothing tried that needs %s, and everything else", async (fault) => {
    const cases = conformanceCases(truthOf({}));
    const results = await Promise.all(
      cases.map((each) => each.run(() => ({ ...memoryConformanceWorld({}), cannot: { [fault]: "no way" } }))),
    );
    const untried = cases.filter((_, index) => results[index] === "not tried");
    expect(untried.map(({ chapter }) => chapter)).toEqual(untried.map(() => "faults"));
    expect(untried.length).toBeGreaterThan(0);
    expect(results.length - untried.length).toBeGreaterThan(30);
  });
});

describe("a world that lacks an ability", () => {
  const lacking =
    (ability: keyof DriverWorld, options: MemoryDriverOptions = {}) =>
    (): DriverWorld => {
      const { [ability]: _, ...rest } = memoryConformanceWorld(options);
      return rest as DriverWorld;
    };

  test.each(["cut", "refuse", "accept", "turnAway", "forbid", "revoke", "tokensSeen", ...FAULTS] as const)(
    "fails the cases that need %s, and says what to add",
    async (ability) => {
      const cases = conformanceCases(truthOf({}));
      const outcomes = await Promise.allSettled(cases.map((each) => each.run(lacking(ability))));
      const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [String(outcome.reason)] : []));
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).toContain(`This world lacks ${ability}(), and "`);
    },
  );

  test("needs no publish() where clients can, and fails without it where they cannot", async () => {
    const missed = (capabilities: Capabilities) => caseNamed(capabilities, /^a first join says nothing of a gap/);
    await missed(truthOf({})).run(lacking("publish"));
    await expect(missed(truthOf(onlySees)).run(lacking("publish", onlySees))).rejects.toThrow("lacks publish()");
  });
});
