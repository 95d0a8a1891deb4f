/** Compares secrets without telling, by the time it takes, how much of a guess was right. */

/** Whether two secrets are equal. Takes the same time wherever they differ; only the length shows. */
export function isSameSecret(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
