/** The machine's random numbers and ids. */
import type { MakeId, Random } from "@attune/protocol";

/** Not for secrets. */
export const systemRandom: Random = () => Math.random();

/** 16 letters and digits: 80 bits nobody can guess. */
export const randomId: MakeId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte & 31).toString(32)).join("");
