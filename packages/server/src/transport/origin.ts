/** Decides which web pages may connect: browsers say where a script comes from, and let WebSockets through without asking. */

/**
 * Says whether a page of this origin may connect.
 *
 * @param origin the `Origin` header; absent when the client is no browser, which is not for this check to judge
 * @param host the `Host` header of the same request
 * @param origins exact origins such as `https://app.example.com`, or `*` for any; `undefined` allows the server's own
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  origins: readonly string[] | undefined,
): boolean {
  if (origin === undefined) return true;
  // Exact, letter by letter: every rule by suffix or pattern has been got around by somebody's domain name.
  if (origins) return origins.includes("*") || origins.includes(origin);
  return host !== undefined && (origin === `https://${host}` || origin === `http://${host}`);
}
