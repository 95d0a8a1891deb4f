/** Names for guests who have not chosen one. */

const MOODS = "Amber Bold Calm Dapper Eager Gentle Lucky Merry Nimble Plucky Quiet Rosy Silver Sunny Tidy Witty".split(
  " ",
);
const ANIMALS =
  "Badger Crane Dolphin Finch Gecko Heron Ibex Koala Lynx Marten Otter Puffin Robin Seal Tapir Wren".split(" ");

/** The same id gets the same name. */
export function inventName(userId: string): string {
  const number = Buffer.from(userId, "base64url").readUInt32BE();
  return `${MOODS[number % MOODS.length]} ${ANIMALS[Math.floor(number / MOODS.length) % ANIMALS.length]}`;
}
