/** Who may do what: tokens, the policies of private topics, and the clock that ends a channel with its token. */
import { closeSession, shutDown } from "./session-end.js";
import type { Session, SupabaseState, Topic } from "./state.js";
import { checkJwt, expired, type SupabaseToken, type TokenProblem, tokenOfApiKey } from "./token.js";

/** Checks a token or API key as it stands now. */
export function checkToken({ settings, armed }: SupabaseState, raw: string): SupabaseToken | TokenProblem {
  if (settings.apiKeys.includes(raw)) return tokenOfApiKey(raw);
  const nowMs = settings.clock.now();
  const expiredAtMs = armed.expired.get(raw);
  if (expiredAtMs !== undefined) return expired((nowMs - expiredAtMs) / 1_000);
  return checkJwt(raw, settings.jwtSecret, nowMs);
}

/** Tells a token from its problem. */
export function isToken(checked: SupabaseToken | TokenProblem): checked is SupabaseToken {
  return "raw" in checked;
}

/** Whether a token may join a topic. */
export async function mayRead(
  { settings, armed }: SupabaseState,
  topic: Topic,
  token: SupabaseToken,
): Promise<boolean> {
  if (!topic.private) return true;
  return !armed.revoked.has(topic.name) && (await settings.canRead({ topic: topic.name, token }));
}

/** Whether a channel may write; asked once for each token. */
export async function mayWrite({ settings }: SupabaseState, session: Session): Promise<boolean> {
  const { topic, token } = session;
  session.canWrite ??= !topic.private || (await settings.canWrite({ topic: topic.name, token }));
  return session.canWrite;
}

/** Whether what a channel broadcasts may be stored; asked once for each token. */
export async function mayPersist({ settings }: SupabaseState, session: Session): Promise<boolean> {
  const { topic, token } = session;
  session.canPersist ??= await settings.canPersist({ topic: topic.name, token });
  return session.canPersist;
}

/** Checks a channel's token when it expires, and now and then before. */
export function watchToken(state: SupabaseState, session: Session): void {
  const { clock, delays } = state.settings;
  const leftMs = session.token.exp * 1_000 - clock.now();
  if (leftMs === Number.POSITIVE_INFINITY) return;
  const cancel = clock.after(Math.max(0, Math.min(leftMs, delays.tokenCheckMs)), () => {
    const checked = checkToken(state, session.token.raw);
    if (isToken(checked)) watchToken(state, session);
    else shutDown(state, session, checked.shutdown);
  });
  replaceTimer(session, cancel);
}

function replaceTimer(session: Session, cancel: () => void): void {
  session.cancelTimers();
  session.cancelTimers = cancel;
}

/** Takes a new token for a joined channel: nothing is answered, unless it ends the channel. */
export async function renewToken(state: SupabaseState, session: Session, raw: unknown): Promise<void> {
  // A publishable key says nothing about the user.
  if (typeof raw !== "string" || raw.startsWith("sb_") || raw === session.token.raw) return;
  const checked = checkToken(state, raw);
  if (!isToken(checked)) return shutDown(state, session, checked.shutdown);
  const { topic } = session;
  if (!(await mayRead(state, topic, checked))) {
    return shutDown(state, session, `You do not have permissions to read from this Channel topic: ${topic.name}`);
  }
  session.token = checked;
  delete session.canWrite;
  delete session.canPersist;
  session.cancelTimers();
  if (session.isOpen) watchToken(state, session);
}

/** Ends every channel of a topic. Without a reason they are closed, and told nothing. */
export function endTopic(state: SupabaseState, topics: readonly Topic[], reason?: string): void {
  for (const session of topics.flatMap(({ sessions }) => [...sessions])) {
    if (reason === undefined) closeSession(state, session);
    else shutDown(state, session, reason);
  }
}
