import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { createListeners } from "../src/listeners.js";

test("releases everything it took, from every emitter", () => {
  const [one, two] = [new EventEmitter(), new EventEmitter()];
  const listeners = createListeners();
  listeners.on(one, "event", () => {});
  listeners.on(one, "event", () => {});
  listeners.on(two, "event", () => {});
  listeners.release();
  expect([one, two].map((emitter) => emitter.listenerCount("event"))).toEqual([0, 0]);
});

test("is silent from its release on, within the same event too", () => {
  const emitter = new EventEmitter();
  const listeners = createListeners();
  const heard: string[] = [];
  listeners.on(emitter, "event", () => listeners.release());
  listeners.on(emitter, "event", () => heard.push("late"));
  emitter.emit("event");
  expect(heard).toEqual([]);
});

test("takes again after a release", () => {
  const emitter = new EventEmitter();
  const listeners = createListeners();
  const heard: number[] = [];
  listeners.release();
  listeners.on(emitter, "event", (value: number) => heard.push(value));
  emitter.emit("event", 7);
  expect(heard).toEqual([7]);
});
