/** A world whose channels have a shared state, and clients that join with it and change it. */
import type { PatchOperation, WireVersion } from "@attune/protocol";
import type { CoreOptions } from "../../src/core.js";
import type { ManualClock } from "./manual-clock.js";
import { createWorld, type FakeClient, type World } from "./world.js";

export const A = "public:a";
export const NONE: WireVersion = ["", 0];
export const set = (path: string, value: unknown): PatchOperation => ({ op: "replace", path, value });
export const initialState = () => ({ topic: "", notes: {}, list: [] });

export function sharing(options: Partial<CoreOptions> = {}, clock?: ManualClock): World {
  return createWorld({ initialState, ...options } as Partial<CoreOptions>, clock);
}

let sequences = 0;

/** Sends a patch as the next of its producer, and waits for the answer. */
export async function patch(
  client: FakeClient,
  world: World,
  b: WireVersion,
  d: readonly unknown[],
  rest: { p?: string; s?: number; c?: string } = {},
) {
  const before = client.frames.length;
  client.send({ t: "patch", c: A, p: "p1", s: ++sequences, b, d, ...rest });
  await world.after(0);
  const answer = client.frames.slice(before).find(({ t }) => t === "patched" || t === "nack");
  if (answer?.t === "patched" || answer?.t === "nack") return answer;
  throw new Error(`no answer: ${JSON.stringify(client.frames.slice(before))}`);
}

export async function joined(client: FakeClient, st: WireVersion = NONE, c: string = A) {
  const answer = await client.sub(c, { st });
  if (answer.t !== "joined" || !answer.sv) throw new Error(`not joined: ${JSON.stringify(answer)}`);
  return { ...answer, sv: answer.sv };
}

/** What a client has seen of the state: the version of each delta, in order. */
export const versions = (client: FakeClient) => client.all("delta").flatMap(({ m }) => m.map(([version]) => version));
