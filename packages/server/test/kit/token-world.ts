/** A server whose tokens expire, and clients that stay alive. */
import type { AuthenticatedUser, CoreOptions } from "../../src/core.js";
import { createWorld, type FakeClient, type World } from "./world.js";

/** Tokens are `user`, or `user life`, with the life in milliseconds from when it is shown. */
export function createTokenWorld(options: Partial<CoreOptions> = {}): World {
  const world: World = createWorld({
    authenticate({ token = "" }): AuthenticatedUser {
      const [userId = "", life] = token.split(" ");
      if (userId === "nobody") throw new Error("no such token");
      const user = { userId, name: userId.toUpperCase() };
      return life === undefined ? user : { ...user, expiresAtMs: world.clock.now() + Number(life) };
    },
    ...(options as object),
  });
  return world;
}

/** Lets time pass in which the client says what keeps it alive. */
export async function alive(world: World, client: FakeClient, ms: number): Promise<void> {
  for (let passed = 0; passed < ms && !client.closedWith; passed += 1_000) {
    client.send({ t: "ping", r: 1 });
    await world.after(Math.min(1_000, ms - passed));
  }
}
