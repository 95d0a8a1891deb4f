/** Clients on one presence channel, watched by the first. */
import type { PresenceMember } from "@attune/core";
import { createWorld, ROOM } from "./world.js";

/** Joins, and writes down who joins, leaves and changes. */
export function watch(realtime: ReturnType<ReturnType<typeof createWorld>["client"]>["realtime"]) {
  const events: string[] = [];
  const presence = realtime.presence(ROOM);
  presence.onJoin(({ userId }) => events.push(`+${userId}`));
  presence.onLeave(({ userId }) => events.push(`-${userId}`));
  presence.onUpdate(({ userId, status }) => events.push(`~${userId} ${status}`));
  return events;
}

/** Who is there; a question mark behind those who are unconfirmed. */
export const names = (members: readonly PresenceMember[]) =>
  members.map(({ userId, unconfirmed }) => userId + (unconfirmed ? "?" : ""));

/** Ada, who watches, and others who join after her. */
export async function together(...others: string[]) {
  const world = createWorld();
  const ada = world.client("ada");
  const events = watch(ada.realtime);
  const channel = ada.realtime.channel(ROOM);
  await world.settle();
  const rest = others.map((name) => world.client(name));
  for (const { realtime } of rest) realtime.channel(ROOM).join();
  await world.settle();
  events.length = 0;
  return { ...world, ...ada, channel, events, rest: rest.map(({ realtime }) => realtime) };
}
