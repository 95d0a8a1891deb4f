/** Who gets a socket, and how the others are refused. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { checkToken, isToken } from "./access.js";
import type { Vsn } from "./frame.js";
import type { SupabaseState } from "./state.js";
import type { SupabaseToken } from "./token.js";

/** An open door. */
export interface Admitted {
  readonly apiKey: SupabaseToken;
  readonly vsn: Vsn;
  /** `client` of the URL. */
  readonly label?: string;
}

/** A closed one: an HTTP answer. */
export interface Refused {
  readonly status: number;
  readonly error: string;
}

const WEBSOCKET_PATH = /^\/(?:realtime\/v1|socket)\/websocket$/;

/** Judges a handshake. Source: user_socket.ex. */
export function judgeHandshake(state: SupabaseState, request: IncomingMessage): Admitted | Refused {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (!WEBSOCKET_PATH.test(pathname)) return { status: 404, error: "Not found" };
  const { refusal } = state.armed;
  if (refusal !== undefined) return { status: refusal, error: "Error connecting to Realtime" };
  const header = request.headers["x-api-key"];
  const raw = typeof header === "string" ? header : searchParams.get("apikey");
  if (!raw) return { status: 401, error: "API key is missing" };
  const apiKey = checkToken(state, raw);
  if (!isToken(apiKey)) return { status: 401, error: apiKey.status };
  if (state.connections.size >= state.settings.limits.connections) {
    return { status: 429, error: "Too many connected users" };
  }
  if (state.rates.joins.isTriggered()) return { status: 429, error: "Too many joins per second" };
  const label = searchParams.get("client");
  const vsn = searchParams.get("vsn") === "2.0.0" ? "2.0.0" : "1.0.0";
  return { apiKey, vsn, ...(label === null ? {} : { label }) };
}

/** Answers a handshake with anything but a socket, and ends the connection. */
export function refuseHandshake(socket: Duplex, { status, error }: Refused): void {
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status} Refused`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
