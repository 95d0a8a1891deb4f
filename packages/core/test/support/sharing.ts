/** A client whose channel is joined with its shared state; the test is the server. */
import type { ClientFrame, WireVersion } from "@attune/core";
import { sharedState } from "@attune/core/state";
import { createWireWorld, type WireWorld } from "./wire-world.js";

export const A = "public:a";
export const E0: WireVersion = ["e1", 0];

type PatchFrame = Extract<ClientFrame, { t: "patch" }>;

/** A client whose channel is joined with its state. */
export async function sharing(options: Parameters<typeof createWireWorld>[0] = {}, st: unknown = { n: 1 }) {
  const world = createWireWorld(options);
  const channel = world.realtime.channel(A);
  const state = sharedState(channel);
  const leave = channel.join();
  await world.settle();
  await welcome(world, E0, st);
  return { world, channel, state, leave };
}

export async function welcome(world: WireWorld, sv: WireVersion, st?: unknown) {
  await world.end.welcome();
  world.end.join(A, { sv, ...(st === undefined ? {} : { st }) });
  await world.settle();
}

export const patches = (world: WireWorld): PatchFrame[] => world.end.of("patch");
export const lastPatch = (world: WireWorld): PatchFrame => patches(world).at(-1) as PatchFrame;

export function patched(world: WireWorld, version: number): void {
  const { c, p, s } = lastPatch(world);
  world.end.send({ t: "patched", c, p, s, at: ["e1", version] });
}

export function refuse(
  world: WireWorld,
  code: "conflict" | "forbidden" | "rate-limited" | "invalid-payload",
  more: object = {},
) {
  const { c, p, s } = lastPatch(world);
  world.end.send({ t: "nack", c, p, s, code, msg: "no", ...more });
}

export function delta(world: WireWorld, version: number, value: number, id = `x:${version}`): void {
  const patch = [{ op: "replace", path: "/n", value }] as const;
  world.end.send({ t: "delta", c: A, e: "e1", m: [[version, id, patch, ["bob", "Bob"]]] });
}

export const codeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "stored",
    (error: { code?: unknown }) => error.code ?? error,
  );
export const add = (draft: Record<string, unknown>): void => void (draft["n"] = (draft["n"] as number) + 1);
