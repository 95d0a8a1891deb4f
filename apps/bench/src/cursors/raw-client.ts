/** A Socket.IO client without a library: a room of hundreds fits into one process, so that the server is what is measured. */
import { WebSocket } from "ws";

/** How to connect. */
export interface RawClientOptions {
  readonly port: number;
  /** `/attune`, or "" for the main namespace. */
  readonly namespace: string;
  /** Goes with the handshake of the namespace. */
  readonly auth: object;
  /** Hears each event. Absent: what comes in is read and not looked at, as if it were another machine's. */
  readonly onEvent: ((...event: readonly unknown[]) => void) | undefined;
}

/** An open connection to a namespace. */
export interface RawClient {
  /** Sends an event: its name and its arguments. */
  emit(...event: readonly unknown[]): void;
  /** From now on nothing that comes in is looked at. */
  stopListening(): void;
}

// Marks of Engine.IO and Socket.IO packets. Source: Engine.IO protocol revision 4, Socket.IO protocol revision 5.
const PING = 0x32;
const PONG = "3";
const OPEN = 0x30;
const CONNECT = "40";
const EVENT = "42";
const ERROR = "44";

/** @returns the client once the namespace is connected */
export function openRawClient({ port, namespace, auth, onEvent }: RawClientOptions): Promise<RawClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const prefix = namespace && `${namespace},`;
  let hear = onEvent;
  return new Promise((resolve, reject) => {
    function take(data: Buffer): void {
      if (data[0] === PING) socket.send(PONG);
      else if (data[0] === OPEN) socket.send(`${CONNECT}${prefix}${JSON.stringify(auth)}`);
      else if (data[0] === 0x34 && data[1] === 0x30) resolve({ emit, stopListening });
      else if (hear) read(data.toString("latin1"), hear);
    }

    function read(text: string, listener: NonNullable<typeof hear>): void {
      if (text.startsWith(ERROR)) reject(new Error(text));
      else if (text.startsWith(EVENT + prefix)) {
        listener(...(JSON.parse(text.slice(EVENT.length + prefix.length)) as unknown[]));
      }
    }

    function emit(...event: readonly unknown[]): void {
      socket.send(`${EVENT}${prefix}${JSON.stringify(event)}`);
    }

    function stopListening(): void {
      hear = undefined;
    }

    socket.on("message", (data) => take(data as Buffer));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("The server closed the connection.")));
  });
}
