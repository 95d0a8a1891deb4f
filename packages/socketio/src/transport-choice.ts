/** Which transport an attempt begins with. Pure. */

/** Names of Engine.IO's transports. */
export type TransportName = "websocket" | "polling" | "webtransport";

/**
 * The order for the next attempt: what worked goes first, and what did not goes last.
 *
 * Within one attempt Engine.IO goes on to the next transport when one fails, but not when one hangs: behind a proxy that swallows
 * WebSocket upgrades only the next attempt can begin elsewhere. From long-polling it upgrades by itself where it can.
 *
 * @param order of the attempt that is over
 * @param opened the transport that it had last; `undefined` when it did not open
 */
export function nextOrder(order: readonly TransportName[], opened: string | undefined): readonly TransportName[] {
  const [first, ...rest] = order;
  if (!first) return order;
  if (opened === undefined) return [...rest, first];
  return [...order].sort((a, b) => Number(b === opened) - Number(a === opened));
}
