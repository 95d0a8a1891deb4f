/** The realtime server of the demo: which channels there are, who a client is, and what it may do. */
import { channels } from "@attune-demo/room";
import { isRealtimeError } from "@attune/protocol";
import { createRealtimeServer } from "@attune/server";
import { createDurableBroker, type DurableBroker } from "@attune/server/durable";
import type { Carrying } from "./carrying.js";
import { createGuestTokens } from "./guest-tokens.js";

/**
 * Every guest may do everything in every room, and who is no guest may do nothing.
 *
 * @param dataDir where the rooms are kept, so that a restart costs nothing; `undefined` keeps them in memory
 */
export async function createRealtime(secret: Uint8Array, dataDir: string | undefined): Promise<Carrying> {
  const tokens = createGuestTokens(secret);
  const { broker, description } = await openRooms(dataDir);
  const server = createRealtimeServer({
    channels,
    authenticate: ({ token }) => tokens.recognise(token),
    canAccessChannel: (user) => user !== null,
    ...(broker ? { broker } : {}),
  });
  return {
    carrier: { driver: "socketio" },
    description,
    sign: (guest) => tokens.sign(guest),
    attach: (http) => void server.attach(http),
    async close() {
      await server.close();
      await broker?.close();
    },
  };
}

/** A demo that cannot keep its rooms runs all the same, and says so. */
async function openRooms(dataDir: string | undefined): Promise<{ broker?: DurableBroker; description: string }> {
  if (!dataDir) return { description: "Rooms are kept in memory: a restart forgets them." };
  try {
    return { broker: await createDurableBroker({ path: dataDir }), description: `Rooms are kept in ${dataDir}.` };
  } catch (error) {
    if (!isRealtimeError(error)) throw error;
    return {
      description: `Rooms are kept in memory, and a restart forgets them. ${error.message} ${error.hint ?? ""}`,
    };
  }
}
