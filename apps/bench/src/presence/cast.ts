/** Who is on the channel, and what becomes of them. */

/** All of them. A newcomer comes on top. */
export const MEMBERS = 250;

const WATCHERS = 20;
const LINES = 50;
const MORTALS = 20;

/** Of those with a line, how many fall silent at the end. */
export const SILENT = 20;
/** Of each who has a line: a thousand in all. */
export const FLAPS_EACH = 20;

const named = (group: string, count: number) => Array.from({ length: count }, (_, index) => `${group}-${index + 100}`);

/** Who sees all that happens to the others. */
export const STAYING = MEMBERS - LINES - MORTALS;

/** Names, by what becomes of them. */
export const CAST = {
  /** They stay, and so few share a process that each is told as soon as a client alone would be. */
  watchers: named("a-watcher", WATCHERS),
  /** They stay, too, all in one process: the last one is told when the others have done their work. */
  crowd: named("the-crowd", MEMBERS - WATCHERS - LINES - MORTALS),
  /** Each has a proxy on its way. */
  lines: named("on-a-line", LINES),
  /** Killed with their process. */
  mortals: named("a-mortal", MORTALS),
} as const;
