import { isRealtimeError } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import { checkHistory, formatHistory, type HistoryEvent, parseHistory } from "../src/index.js";

const channel = "public:news";
const published = (id: string, client = "ada"): HistoryEvent => ({ type: "published", client, channel, id });
const acked = (id: string, client = "ada"): HistoryEvent => ({ type: "acked", client, channel, id });
const failed = (id: string, client = "ada"): HistoryEvent => ({ type: "failed", client, channel, id });
const delivered = (id: string, subscriber = "bob"): HistoryEvent => ({ type: "delivered", subscriber, channel, id });
const subscriber = (type: "joined" | "gap" | "left", name = "bob"): HistoryEvent => ({
  type,
  subscriber: name,
  channel,
});
const none = { lost: 0, ackedLost: 0, doubled: 0, reordered: 0, unsettled: 0, unexpected: 0 };

describe("faults", () => {
  test("a message that somebody did not get is lost to them", () => {
    const history = [
      published("1"),
      published("2"),
      acked("1"),
      acked("2"),
      delivered("1"),
      delivered("2"),
      delivered("2", "carl"),
    ];
    const verdict = checkHistory(history);
    expect(verdict).toMatchObject({ ...none, ok: false, lost: 1, ackedLost: 1 });
    expect(verdict.examples.lost).toEqual([`"1" on "public:news" for "carl"`]);
  });

  test("one that was never acknowledged is lost too, and unsettled", () => {
    expect(checkHistory([published("0"), acked("0"), delivered("0"), published("1")])).toMatchObject({
      lost: 1,
      ackedLost: 0,
      unsettled: 1,
    });
  });

  test("one that failed is lost to nobody, unless somebody got it", () => {
    const history = [published("0"), acked("0"), delivered("0"), delivered("0", "carl"), published("1"), failed("1")];
    expect(checkHistory(history)).toMatchObject({ ok: true, failed: 1 });
    expect(checkHistory([...history, delivered("1")])).toMatchObject({ ok: false, lost: 1, ackedLost: 0 });
  });

  test("a second copy is doubled, also on the other side of a gap", () => {
    const history = [published("1"), acked("1"), delivered("1"), delivered("1"), subscriber("gap"), delivered("1")];
    expect(checkHistory(history)).toMatchObject({ ...none, doubled: 2 });
  });

  test("one publisher's messages come as they were published", () => {
    const history = [published("1"), published("2"), acked("1"), acked("2"), delivered("2"), delivered("1")];
    for (const order of ["total", "publisher"] as const)
      expect(checkHistory(history, { order })).toMatchObject({ ...none, reordered: 1 });
  });

  test("one that was acknowledged before another was published comes first", () => {
    const history = [
      published("1"),
      acked("1"),
      published("2", "carl"),
      acked("2", "carl"),
      delivered("2"),
      delivered("1"),
    ];
    expect(checkHistory(history)).toMatchObject({ ...none, reordered: 1 });
    expect(checkHistory(history, { order: "publisher" })).toMatchObject({ ok: true });
  });

  test("a log that may be lost keeps a publisher's order only as far as no gap is declared", () => {
    const stored = [published("1"), published("2")];
    const order = "publisher-between-gaps";
    const again = [...stored, delivered("2"), subscriber("gap"), acked("1"), acked("2"), delivered("1")];
    expect(checkHistory(again, { order }).reordered).toBe(0);
    expect(checkHistory(again, { order: "publisher" }).reordered).toBe(1);
    const plain = [...stored, acked("1"), acked("2"), delivered("2"), delivered("1")];
    expect(checkHistory(plain, { order })).toMatchObject({ ...none, reordered: 1 });
  });

  test("where subscribers disagree, the majority is right", () => {
    const history = [published("1"), published("2", "carl"), acked("1"), acked("2", "carl")];
    for (const name of ["a", "b"]) history.push(delivered("1", name), delivered("2", name));
    history.push(delivered("2", "odd"), delivered("1", "odd"));
    const verdict = checkHistory(history);
    expect(verdict).toMatchObject({ ...none, reordered: 1 });
    expect(verdict.examples.reordered[0]).toContain(`for "odd"`);
  });

  test("a message nobody published, or that came after leaving, is unexpected", () => {
    expect(checkHistory([delivered("ghost")])).toMatchObject({ ...none, ok: false, unexpected: 1 });
    const afterLeaving = [published("1"), acked("1"), subscriber("left"), delivered("1")];
    expect(checkHistory(afterLeaving)).toMatchObject({ unexpected: 1 });
  });
});

describe("what is no fault", () => {
  test("a late subscriber is not owed what came before it", () => {
    const history = [
      published("1"),
      acked("1"),
      delivered("1", "a"),
      subscriber("joined"),
      published("2"),
      acked("2"),
      delivered("2", "a"),
    ];
    expect(checkHistory([...history, delivered("2")])).toMatchObject({ ok: true });
    expect(checkHistory(history)).toMatchObject({ ...none, lost: 1, ackedLost: 1 });
  });

  test("a declared gap excuses what lies in it, and nothing else", () => {
    const history = ["1", "2", "3", "4"].flatMap((id) => [published(id), acked(id), delivered(id, "a")]);
    const withGap = (...ids: string[]) => [
      ...history,
      ...ids.map((id) => (id === "gap" ? subscriber("gap") : delivered(id))),
    ];
    expect(checkHistory(withGap("1", "gap", "4"))).toMatchObject({ ok: true, gaps: 1 });
    expect(checkHistory(withGap("1", "3", "gap", "4"))).toMatchObject({ ...none, lost: 1, ackedLost: 1 });
    expect(checkHistory(withGap("1", "gap", "2", "4"))).toMatchObject({ ...none, lost: 1, ackedLost: 1 });
  });

  test("the order of a publisher says on which side of a gap a message lies that nobody got", () => {
    const ids = ["1", "2", "3"];
    const history = [subscriber("joined"), ...ids.map((id) => published(id)), ...ids.map((id) => acked(id))];
    const broken = [...history, delivered("1"), delivered("3"), subscriber("gap")];
    expect(checkHistory(broken)).toMatchObject({ ...none, lost: 1, ackedLost: 1 });
    expect(checkHistory([...history, delivered("1"), subscriber("gap")])).toMatchObject({ ok: true });
  });

  test("who leaves is not owed what was still on its way", () => {
    const history = ["1", "2", "3"].flatMap((id) => [published(id), acked(id), delivered(id, "a")]);
    expect(checkHistory([...history, delivered("1"), subscriber("left")])).toMatchObject({ ok: true });
    expect(checkHistory([...history, delivered("1"), delivered("3"), subscriber("left")])).toMatchObject({
      ...none,
      lost: 1,
      ackedLost: 1,
    });
  });

  test("channels do not mix", () => {
    const elsewhere = { ...published("1"), channel: "public:other" } as HistoryEvent;
    const history = [
      published("1"),
      elsewhere,
      acked("1"),
      { ...acked("1"), channel: "public:other" } as HistoryEvent,
      delivered("1"),
    ];
    expect(checkHistory(history)).toMatchObject({ ok: true, published: 2, delivered: 1 });
  });
});

test("refuses what is no history", () => {
  for (const events of [[published("1"), published("1")], [acked("1")]]) {
    expect(() => checkHistory(events)).toThrow(expect.toSatisfy((error) => isRealtimeError(error, "invalid-option")));
  }
});

test("reads back what it wrote, but for a last line that was cut off", () => {
  const history = [published("1"), acked("1"), delivered("1")];
  const text = formatHistory(history);
  expect(parseHistory(text)).toEqual(history);
  expect(parseHistory(text.slice(0, -5))).toEqual(history.slice(0, 2));
  expect(() => parseHistory(`{"broken\n${text}`)).toThrow(SyntaxError);
});
