/** A clock that all processes of the machine share. */

/** Milliseconds, with fractions, since the machine started. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
