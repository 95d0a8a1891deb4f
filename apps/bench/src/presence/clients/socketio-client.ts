/** A member by hand: plain Socket.IO, and a list that follows what the server tells. */
import { io } from "socket.io-client";
import type { GluedMember } from "../../servers/glued-presence.js";
import type { PresenceClient, PresenceClientOptions } from "./presence-client.js";

export function connectSocketio({ port, name, onNews }: PresenceClientOptions): Promise<PresenceClient> {
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
  let members = new Map<string, GluedMember>();
  let hasEntered = false;
  let isLive = false;

  function enter(): Promise<void> {
    hasEntered = true;
    // With a callback: a promise would be told a little later, when a join behind the answer has been heard already.
    return new Promise((resolve) =>
      socket.emit("enter", name, (list: readonly GluedMember[]) => {
        members = new Map(list.map((member) => [member.userId, member]));
        isLive = true;
        resolve();
      }),
    );
  }

  socket.on("join", (member: GluedMember) => {
    members.set(member.userId, member);
    onNews("join", member.userId);
  });
  socket.on("leave", (userId: string) => {
    members.delete(userId);
    onNews("leave", userId);
  });
  socket.on("disconnect", () => {
    isLive = false;
  });
  const client: PresenceClient = {
    enter,
    isLive: () => isLive,
    shown: () => members.size,
    end: () => void socket.disconnect(),
  };
  return new Promise((resolve) =>
    socket.on("connect", () => {
      // Cut off before the answer, it enters again with the next connection.
      if (hasEntered) void enter();
      resolve(client);
    }),
  );
}
