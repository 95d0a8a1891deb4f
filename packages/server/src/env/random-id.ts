/** Makes ids that nobody can guess, out of the operating system's randomness. */
import { randomFillSync } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 16;
/** The largest multiple of the alphabet's size in a byte: bytes above it would favour its first letters. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);

// One system call serves a few hundred ids.
const pool = new Uint8Array(4096);
let next = pool.length;

function randomByte(): number {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  return pool[next++] as number;
}

/** A new id: 16 letters and digits, 95 bits. */
export function randomId(): string {
  let id = "";
  while (id.length < LENGTH) {
    const byte = randomByte();
    if (byte < FAIR_BYTES) id += ALPHABET[byte % ALPHABET.length];
  }
  return id;
}
