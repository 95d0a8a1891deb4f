/** Presence as one glues it to Socket.IO by hand: the room is told when somebody connects, and when somebody disconnects. */
import type { Server } from "socket.io";

/** Who is there. */
export interface GluedMember {
  readonly userId: string;
  readonly name: string;
  readonly status: string;
  readonly joinedAt: number;
}

const ROOM = "presence";

/** In memory. A user whose connection is replaced by a newer one stays. */
export function gluePresence(io: Server): void {
  const members = new Map<string, GluedMember>();
  const holders = new Map<string, string>();
  io.on("connection", (socket) => {
    socket.on("enter", (userId: string, answer: (members: readonly GluedMember[]) => void) => {
      holders.set(userId, socket.id);
      if (!members.has(userId)) {
        const member = { userId, name: userId, status: "online", joinedAt: Date.now() };
        members.set(userId, member);
        socket.to(ROOM).emit("join", member);
      }
      void socket.join(ROOM);
      answer([...members.values()]);
      socket.on("disconnect", () => {
        if (holders.get(userId) !== socket.id) return;
        holders.delete(userId);
        members.delete(userId);
        io.to(ROOM).emit("leave", userId);
      });
    });
  });
}
