/** One member of the cursor room, in each system. */
import type { ServerFrame } from "@attune/protocol";
import { type BenchCursor, ROOM_CHANNEL, type System } from "../servers/bench-server.js";
import { openRawClient } from "./raw-client.js";

/** A member who is in the room. */
export interface Member {
  move(cursor: BenchCursor): void;
}

type OnCursor = (cursor: BenchCursor) => void;

/**
 * Connects a member, and resolves once it is in the room.
 *
 * @param onCursor hears every cursor that the member is shown; without it, nothing is looked at once it is in the room
 */
export function connectMember(
  system: System,
  port: number,
  name: string,
  onCursor: OnCursor | undefined,
): Promise<Member> {
  return system === "attune" ? connectAttune(port, name, onCursor) : connectSocketio(port, onCursor);
}

async function connectSocketio(port: number, onCursor: OnCursor | undefined): Promise<Member> {
  const onEvent = onCursor && ((_event: unknown, _id: unknown, cursor: unknown) => onCursor(cursor as BenchCursor));
  const client = await openRawClient({ port, namespace: "", auth: {}, onEvent });
  return { move: (cursor) => client.emit("cursor", cursor) };
}

async function connectAttune(port: number, name: string, onCursor: OnCursor | undefined): Promise<Member> {
  let joined: () => void;
  let failed: (error: Error) => void;
  const joining = new Promise<void>((resolve, reject) => {
    joined = resolve;
    failed = reject;
  });

  function take(frame: ServerFrame): void {
    if (frame.t === "sig") {
      for (const [, value] of frame.m["cursor"] ?? []) onCursor?.(value as BenchCursor);
    } else if (frame.t === "ping") client.emit("f", { t: "pong", r: frame.r });
    else if ((frame.t === "joined" || frame.t === "chunk") && frame.more) client.emit("f", { t: "more", r: 1 });
    else if (frame.t === "joined" || frame.t === "chunk") joined();
    else if (frame.t === "fail" || frame.t === "closed" || frame.t === "bye") failed(new Error(frame.msg));
  }

  // Nobody is `vis`ible, so that no member is asked for a sign of life that it does not look at.
  const auth = { t: "hello", v: 1, vis: false, k: name };
  const client = await openRawClient({
    port,
    namespace: "/attune",
    auth,
    onEvent: (_event, frame) => take(frame as ServerFrame),
  });
  client.emit("f", { t: "sub", r: 1, c: ROOM_CHANNEL });
  await joining;
  if (!onCursor) client.stopListening();
  return { move: (cursor) => client.emit("f", { t: "sig", c: ROOM_CHANNEL, n: "cursor", d: cursor }) };
}
