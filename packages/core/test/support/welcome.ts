/** What a server says to a client that it knows. */
import { DEFAULT_LIMITS, type WelcomeFrame } from "@attune/protocol";

/** To Ada, on a new session. */
export const WELCOME: WelcomeFrame = {
  t: "welcome",
  v: 1,
  s: ["session", "key"],
  conn: "me",
  resumed: false,
  user: { userId: "ada", name: "Ada" },
  now: 1,
  limits: DEFAULT_LIMITS,
};
