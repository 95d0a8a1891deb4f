/** Checks what one subscriber gets: every message, once, in order. */

/** What went wrong, over all subscribers. */
export interface Faults {
  lost: number;
  doubled: number;
  reordered: number;
}

/**
 * Takes the numbers of one subscriber's messages.
 *
 * @param faults counts what is wrong; a message that comes later than the one after it is `reordered`, and no longer `lost`
 */
export function createSequenceCheck(faults: Faults): (n: number) => void {
  let last = 0;
  const missing = new Set<number>();
  return (n) => {
    if (n === last + 1) {
      last = n;
    } else if (n > last) {
      for (let each = last + 1; each < n; each++) missing.add(each);
      faults.lost += n - last - 1;
      last = n;
    } else if (missing.delete(n)) {
      faults.lost--;
      faults.reordered++;
    } else {
      faults.doubled++;
    }
  };
}
