/** The driver for Socket.IO is held to the contract, against our server, over real sockets. */
import { describeDriver } from "@attune/testing/conformance";
import { socketio } from "../src/index.js";
import { socketIoConformanceWorld } from "./conformance-world.js";

const { capabilities } = socketio("http://127.0.0.1");

describeDriver("Socket.IO", () => socketIoConformanceWorld("own"), capabilities);
describeDriver("Socket.IO, the app's socket", () => socketIoConformanceWorld("existing"), {
  ...capabilities,
  reconnect: "driver",
});
