/** Which tabs share: those of one user, or none. */
import type { DriverHost } from "../driver.js";
import type { TabsEnvironment } from "../env/tabs-environment.js";

/** Who the user of this tab is; anything that is the same in all tabs of one user, and never for two. */
export type Identity = () => string | undefined | Promise<string | undefined>;

/** Who a tab is: `undefined` when nobody can tell. The token that was asked for, if one was. */
export interface WhoAmI {
  readonly who: string | undefined;
  readonly token?: string | undefined;
}

/** Asks who the user is. A token that says it (`iss` and `sub` of a JWT) is read; any other stands for itself. */
export async function whoAmI(host: Pick<DriverHost, "auth">, identity: Identity | undefined): Promise<WhoAmI> {
  if (identity) return { who: await identity() };
  const token = await host.auth();
  return { who: token && (subjectOf(token) ?? token), token };
}

/** The name of the lock and the line of a group. Tabs of different users never hear each other. */
export async function groupName(env: TabsEnvironment, group: string, who: string): Promise<string> {
  return `attune ${group} ${await env.digest(JSON.stringify([group, who]))}`;
}

/** Unverified, which is enough: it is this tab's own token, and the server looks at it all the same. */
function subjectOf(token: string): string | undefined {
  try {
    const payload = (token.split(".")[1] as string).replaceAll("-", "+").replaceAll("_", "/");
    const { iss, sub } = JSON.parse(atob(payload)) as { readonly iss?: unknown; readonly sub?: unknown };
    return typeof sub === "string" ? JSON.stringify([iss, sub]) : undefined;
  } catch {
    return undefined;
  }
}
