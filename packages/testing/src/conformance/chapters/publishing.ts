/** Chapter: what is published arrives in order, is acknowledged as declared, and says who sent it. */
import type { Capabilities } from "@attune/core/driver";
import { messageId } from "@attune/protocol";
import { expect } from "vitest";
import { PRIVATE_CHANNEL as channel } from "../channels.js";
import type { Fact } from "../conformance-case.js";
import { expectUnsupported } from "../unsupported.js";

const chapter = "publishing";

/** The facts of this chapter. */
export function publishingFacts({
  publish,
  guarantee,
  echo,
  history,
  identity,
  dedupe,
}: Capabilities): readonly Fact[] {
  if (publish === "none") return [cannotPublish];
  const stored = guarantee === "stored" && history ? [standsInTheLog] : [];
  return [
    inOrder,
    // Where a repeat is another message, it has another name.
    ...(dedupe ? [named] : []),
    acknowledged(guarantee),
    ...stored,
    signed(identity),
    echo === "ordered" ? echoed : notEchoed,
  ];
}

const cannotPublish: Fact = {
  chapter,
  name: "publishing is declared as a gap: it throws unsupported",
  feature: "publish",
  result: "unsupported",
  async play(stage) {
    const ada = await stage.enter("ada");
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada);
    await expectUnsupported(stage, "publish()", () => ada.realtime.publish(channel, "message", 1));
    await expectUnsupported(stage, "the driver's publish()", () =>
      ada.tap.connection.publish({ channel, event: "message", data: 1, producer: "gap", sequence: 1, previous: 0 }),
    );
  },
};

const inOrder: Fact = {
  chapter,
  name: "messages of one client arrive once, in the order in which it wrote them",
  feature: "publish",
  result: "yes",
  async play(stage) {
    const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
    const heard = bob.hear(channel);
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada, bob);
    const written = Array.from({ length: 20 }, (_, n) => ({ n, text: `message ${n}` }));
    const acks = Promise.all(written.map((data) => ada.realtime.publish(channel, "message", data)));
    expect((await stage.settled("every publish settles", acks)).error).toBeUndefined();
    await stage.becomes("bob hears every one", () => heard, written);
    expect(ada.realtime.$queue.get()).toEqual([]);
  },
};

const named: Fact = {
  chapter,
  name: "a message keeps the id that its publisher knows it by",
  feature: "publish",
  result: "yes",
  async play(stage) {
    const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
    bob.hear(channel);
    ada.realtime.channel(channel).join();
    await stage.live(channel, ada, bob);
    void ada.realtime.publish(channel, "message", 1);
    const [record] = ada.realtime.$queue.get();
    const { producer = "", sequence = 0 } = record ?? {};
    await stage.becomes("bob is handed the message", () => bob.tap.messages(channel).map(({ id }) => id), [
      messageId("ada", producer, sequence),
    ]);
  },
};

function acknowledged(guarantee: Capabilities["guarantee"]): Fact {
  return {
    chapter,
    name: `a publish is acknowledged as ${guarantee}`,
    feature: "what an ack promises",
    result: guarantee,
    async play(stage) {
      const { realtime } = await stage.enter("ada");
      const { value, error } = await stage.settled("the publish settles", realtime.publish(channel, "message", 1));
      expect(error).toBeUndefined();
      expect(value).toMatchObject(
        guarantee === "stored"
          ? { guarantee, id: expect.stringMatching(/./), position: expect.anything() }
          : { guarantee },
      );
    },
  };
}

const standsInTheLog: Fact = {
  chapter,
  name: "what was acknowledged as stored stands in the log",
  feature: "what an ack promises",
  result: "stored",
  async play(stage) {
    const { realtime } = await stage.enter("ada");
    const { value: ack } = await stage.settled("the publish settles", realtime.publish(channel, "message", 1));
    const { value: page } = await stage.settled("history() answers", realtime.channel(channel).history());
    expect(page?.messages).toMatchObject([{ id: (ack as { id?: string } | undefined)?.id, data: 1 }]);
  },
};

/** Whether it could be forged is not to be seen from outside: the table repeats what is declared. */
function signed(identity: Capabilities["identity"]): Fact {
  return {
    chapter,
    name: "a message says who sent it, when, and where",
    feature: "who vouches for senders",
    result: identity,
    async play(stage) {
      const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
      const heard: unknown[] = [];
      bob.realtime.subscribe(channel, "message", (message) => heard.push(message));
      await stage.live(channel, bob);
      void ada.realtime.publish(channel, "message", { text: "hello" });
      await stage.becomes("bob hears it", () => heard, [
        expect.objectContaining({
          channel,
          event: "message",
          data: { text: "hello" },
          id: expect.stringMatching(/./),
          timestamp: expect.any(Number),
          sender: expect.objectContaining({ userId: "ada" }),
        }),
      ]);
    },
  };
}

const echoed: Fact = {
  chapter,
  name: "a publisher gets its own messages back, at their place in the order of all",
  feature: "own messages",
  result: "ordered",
  async play(stage) {
    const both = [await stage.enter("ada"), await stage.enter("bob")];
    const heard = both.map((each) => each.hear(channel));
    await stage.live(channel, ...both);
    for (const n of [1, 2, 3, 4, 5])
      for (const { realtime, client } of both) void realtime.publish(channel, "message", `${client} ${n}`);
    await stage.until("both hear all", () => heard.every(({ length }) => length >= 10));
    expect(heard[0]).toEqual(heard[1]);
    for (const { tap, client } of both)
      expect(tap.messages(channel).filter(({ data }) => String(data).startsWith(client))).toHaveLength(5);
  },
};

const notEchoed: Fact = {
  chapter,
  name: "a publisher does not get its own messages back, and still sees each once",
  feature: "own messages",
  result: "by core",
  async play(stage) {
    const [ada, bob] = [await stage.enter("ada"), await stage.enter("bob")];
    const heard = ada.hear(channel);
    bob.realtime.channel(channel).join();
    await stage.live(channel, ada, bob);
    await stage.settled("the publish settles", ada.realtime.publish(channel, "message", "own"));
    await stage.settled("the other publish settles", bob.realtime.publish(channel, "message", "other"));
    await stage.becomes("ada sees both once", () => heard, ["own", "other"]);
    expect(ada.tap.messages(channel).map(({ data }) => data)).toEqual(["other"]);
  },
};
