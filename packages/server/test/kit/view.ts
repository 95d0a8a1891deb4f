/** Follows the presence of a channel as a client does. */
import { expect } from "vitest";
import type { FakeClient } from "./world.js";

/** What a client that follows the frames believes. */
export function viewOf(c: string, client: FakeClient): Map<string, unknown[]> {
  const view = new Map<string, unknown[]>();
  let revision = 0;
  for (const frame of client.frames) {
    if (frame.t === "joined" && frame.c === c) {
      view.clear();
      revision = frame.rev?.[1] ?? -1;
    }
    if (frame.t === "joined" || frame.t === "chunk") for (const row of frame.p) view.set(row[0], [...row]);
    if (frame.t === "pres" && frame.c === c) {
      expect(frame.f).toBe(revision);
      revision = frame.rev;
      for (const row of frame.set) view.set(row[0], [...row]);
      for (const id of frame.del) view.delete(id);
    }
  }
  return view;
}
