/** Every fault of the in-memory hub, in every phase of a connection: in the end all is well, or said not to be. */
import type { MemoryHub } from "@attune/testing";
import { describe, expect, test } from "vitest";
import { createWorld, RECOVERY_MODES, ROOM } from "../support/world.js";

interface Fault {
  readonly name: string;
  strike(hub: MemoryHub): void;
  mend?(hub: MemoryHub): void;
  /** Only where messages are counted is it noticed. */
  readonly needsCounting?: boolean;
}

const faults: readonly Fault[] = [
  { name: "the line is cut", strike: (hub) => hub.cut("ada") },
  { name: "the line goes silent", strike: (hub) => hub.stall("ada"), mend: (hub) => hub.resume("ada") },
  { name: "connections are refused", strike: (hub) => hub.refuse({ times: 2 }), mend: (hub) => hub.accept() },
  { name: "connections are refused until later", strike: (hub) => hub.refuse({ times: 1, retryAfterMs: 3_000 }) },
  { name: "an acknowledgement is lost", strike: (hub) => hub.dropNextAck() },
  { name: "a message is lost", strike: (hub) => hub.dropNextMessage(), needsCounting: true },
  { name: "a message comes twice", strike: (hub) => hub.doubleNextMessage() },
  { name: "messages come in the wrong order", strike: (hub) => hub.swapNextMessages(), needsCounting: true },
  { name: "a change of presence is lost", strike: (hub) => hub.dropNextPresence() },
  { name: "a publish is refused for a moment", strike: (hub) => hub.rejectNextPublish("internal-error") },
  { name: "a publish comes too fast", strike: (hub) => hub.rejectNextPublish("rate-limited", { retryAfterMs: 1 }) },
  { name: "history is trimmed", strike: (hub) => hub.trim(ROOM) },
  { name: "the log begins anew", strike: (hub) => hub.newEpoch(ROOM) },
  {
    name: "access is taken away for a while",
    strike: (hub) => hub.revoke(ROOM, "ada"),
    mend: (hub) => hub.grant(ROOM, "ada"),
  },
];

const phases = {
  connecting: { startMs: 0, strikeMs: 30, isCutFirst: false },
  open: { startMs: 1_000, strikeMs: 0, isCutFirst: false },
  recovering: { startMs: 1_000, strikeMs: 1_070, isCutFirst: true },
};

describe.each(RECOVERY_MODES)("with recovery %s", (recovery) => {
  describe.each(Object.entries(phases))("while %s", (_, { startMs, strikeMs, isCutFirst }) => {
    const noticed = faults
      .filter(({ needsCounting }) => !needsCounting || recovery === "offset")
      .map((fault) => [fault.name, fault] as const);

    test.each(noticed)("%s, and all is well in the end", async (_name, { strike, mend }) => {
      const { hub, client, clock } = createWorld({ latencyMs: 20 });
      const provider = { recovery };
      const { realtime: ada } = client("ada", { provider });
      const { realtime: bob } = client("bob", { provider });
      const heard: unknown[] = [];
      const outcomes: string[] = [];
      const say = (value: number) =>
        void ada.publish(ROOM, "said", value).then(
          () => outcomes.push(`${value} acked`),
          (error) => outcomes.push(`${value} ${error.code}`),
        );
      ada.subscribe(ROOM, "said", ({ data }) => heard.push(data));
      bob.channel(ROOM).join();
      await clock.advance(startMs);
      if (isCutFirst) hub.cut("ada");
      await clock.advance(strikeMs);
      strike(hub);
      for (const value of [1, 2, 3]) say(value);
      bob.setPresenceState(ROOM, { status: "away" });
      await clock.advance(5_000);
      mend?.(hub);
      await clock.advance(60_000);
      // A provider that lost track of a line is told by the next loss.
      hub.cut("ada");
      await clock.advance(5_000);
      for (const value of [4, 5]) say(value);
      bob.setPresenceState(ROOM, { status: "busy" });
      await clock.advance(5_000);

      expect(ada.getConnectionState()).toBe("connected");
      expect(ada.channel(ROOM).$status.get()).toMatchObject({ phase: "joined", error: undefined });
      expect(["live", "gap"]).toContain(ada.channel(ROOM).$status.get().continuity);
      expect(outcomes).toHaveLength(5);
      expect(outcomes.slice(-2)).toEqual(["4 acked", "5 acked"]);
      expect(heard.slice(-2)).toEqual([4, 5]);
      expect(heard).toEqual([...new Set(heard)]);
      expect(ada.$queue.get().filter(({ state }) => state !== "failed")).toEqual([]);
      const log = hub.messages(ROOM).map(({ data }) => data);
      expect(log).toEqual([...new Set(log)].sort());
      if (ada.channel(ROOM).$status.get().continuity === "live") expect(heard).toEqual(log);
      const [adas, bobs] = [ada, bob].map((each) =>
        each
          .channel(ROOM)
          .$members.get()
          .map(({ userId, status }) => [userId, status]),
      );
      expect(adas).toEqual(bobs);
      expect(Object.fromEntries(adas ?? [])).toEqual({ ada: "online", bob: "busy" });
      ada.dispose();
      bob.dispose();
      await clock.advance(10_000);
      expect(clock.pendingTimers).toBe(0);
    });
  });
});
