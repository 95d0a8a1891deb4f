/** How a user looks without a picture: initials on a colour of their own. */

/** What a face is made of. */
interface Person {
  readonly userId?: string | undefined;
  readonly name?: string | undefined;
}

/** The same user has the same colour in every app. `hue` is in degrees, for `oklch()`; nobody has one too. */
export function faceOf(person: Person | null | undefined): { hue: number; initials: string } {
  const { userId = "", name = "" } = person ?? {};
  let hash = 0;
  for (const char of userId) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  // Steps of 24 degrees: close enough for variety, far enough apart to tell two people from each other.
  const hue = (hash % 15) * 24;
  const words = name.trim().split(/\s+/);
  const initials = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  return { hue, initials: initials.join("").toUpperCase() };
}
