/** The initials of a name, for those without a picture. */

/** The first letters of the first and the last word, as capitals: "Ann van Dam" is "AD", "ann" is "A". */
export function initialsOf(name: string): string {
  // Destructuring goes by code points, or half an emoji would be shown.
  const letters = name.split(/\s+/).map(([letter = ""]) => letter);
  return [letters[0], ...letters.slice(1).slice(-1)].join("").toUpperCase();
}
