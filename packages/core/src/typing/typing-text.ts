/** Says in words who is typing. */

/**
 * One line for a typing indicator.
 *
 * @param names of those who type, in any order
 * @returns "" for nobody; from three people on they are not named
 * @example
 * ```ts
 * import { typingText } from "@attune/core";
 * typingText(["Ann"]); // "Ann is typing…"
 * ```
 */
export function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return "";
  if (second === undefined) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : "Several people are typing…";
}
