/** A server on a durable broker, for a process of its own that is killed: `node restart-server.js <directory> <port>`. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDurableBroker } from "../../src/durable.js";
import { createRealtimeServer } from "../../src/index.js";

const [path = "", port = "0"] = process.argv.slice(2);
const broker = await createDurableBroker({ path });
const http = createServer();
createRealtimeServer({
  broker,
  authenticate: ({ token }) => (token ? { userId: token, name: token } : null),
  canAccessChannel: () => true,
  limits: { messagesPerMinute: 0 },
}).attach(http);
http.listen(Number(port), "127.0.0.1", () => {
  process.stdout.write(`${(http.address() as AddressInfo).port}\n`);
});
