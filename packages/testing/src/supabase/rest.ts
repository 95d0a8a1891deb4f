/** Broadcasting over HTTP: many messages in one request, or one whose topic and event stand in its address. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { checkToken, isToken } from "./access.js";
import { persistTtl, sizeOf, store } from "./broadcasting.js";
import { fanOut } from "./fan-out.js";
import { type Broadcast, isJson, type Json, jsonBroadcast } from "./frame.js";
import { shutDown } from "./session-end.js";
import type { SupabaseState, Topic } from "./state.js";
import type { SupabaseToken } from "./token.js";

interface Answer {
  readonly status: number;
  readonly body?: Json;
}

interface Request {
  readonly url: URL;
  readonly token: SupabaseToken;
  readonly body: Buffer;
  readonly isBinary: boolean;
}

const BATCH = /^(?:\/realtime\/v1)?\/api\/broadcast$/;
const SINGLE = /^(?:\/realtime\/v1)?\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;
const anyOrigin = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "apikey, authorization, content-type, x-client-info",
  "access-control-allow-methods": "POST, OPTIONS",
};

/** Answers a request that is no handshake. Source: broadcast_controller.ex, broadcast_single_controller.ex. */
export async function answerHttp(
  state: SupabaseState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await answerTo(state, request);
  const text = body ? JSON.stringify(body) : "";
  response.writeHead(status, { ...anyOrigin, ...(body ? { "content-type": "application/json" } : {}) }).end(text);
}

async function answerTo(state: SupabaseState, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (request.method === "OPTIONS") return { status: 204 };
  const path = [BATCH, SINGLE].find((each) => each.test(url.pathname));
  if (request.method !== "POST" || !path) return { status: 404, body: { message: "Not found" } };
  if (state.armed.refusal !== undefined) return { status: state.armed.refusal, body: { message: "Refused" } };
  const token = tokenOf(state, request);
  if (!token) return { status: 401, body: { message: "Unauthorized" } };
  const isBinary = request.headers["content-type"] === "application/octet-stream";
  const read: Request = { url, token, body: await bodyOf(request), isBinary };
  return path === BATCH ? takeBatch(state, read) : takeSingle(state, read);
}

function tokenOf(state: SupabaseState, { headers }: IncomingMessage): SupabaseToken | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  const apiKey = headers["apikey"] ?? headers["x-api-key"];
  const raw = bearer && !bearer.startsWith("sb_") ? bearer : apiKey;
  const checked = typeof raw === "string" ? checkToken(state, raw) : undefined;
  return checked && isToken(checked) ? checked : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

/** What may not be written is left out without a word; the answer is 202 all the same. Source: batch_broadcast.ex. */
async function takeBatch(state: SupabaseState, { token, body }: Request): Promise<Answer> {
  const parsed = jsonOf(body);
  const messages = isJson(parsed) && Array.isArray(parsed["messages"]) ? parsed["messages"].filter(isJson) : [];
  const isWhole = ({ topic, event, payload }: Json) => typeof topic === "string" && !!event && isJson(payload);
  if (messages.length === 0 || !messages.every(isWhole)) return { status: 422, body: { errors: { messages: [] } } };
  if (isOverLimit(state)) return { status: 429, body: { message: "You have exceeded your rate limit" } };
  for (const message of messages) {
    const topic = state.topic(String(message["topic"]), message["private"] === true);
    const { event, payload } = message;
    const broadcast: Broadcast = { kind: "text", payload: { event, payload, type: "broadcast" } };
    note(state, topic, broadcast.payload);
    if (sizeOf(broadcast) > state.settings.limits.payloadBytes) return tooLarge;
    if (await mayWriteTo(state, topic, token)) send(state, topic, broadcast);
  }
  return { status: 202 };
}

/** Source: single_broadcast.ex. */
async function takeSingle(state: SupabaseState, { url, token, body, isBinary }: Request): Promise<Answer> {
  const [, name = "", event = ""] = (SINGLE.exec(url.pathname) ?? []).map(decodeURIComponent);
  const topic = state.topic(name, url.searchParams.get("private") === "true");
  const parsed = isBinary ? new Uint8Array(body) : jsonOf(body);
  if (parsed === undefined) return { status: 400, body: { message: "Malformed JSON" } };
  // The service's parser takes objects, and puts everything else into one.
  const payload = isBinary || isJson(parsed) ? parsed : { _json: parsed };
  const ttl = url.searchParams.get("persist[ttl]");
  const asked = ttl === null ? url.searchParams.get("persist") : { ttl };
  note(state, topic, { type: "broadcast", event, payload }, asked);
  const broadcast: Broadcast = isBinary
    ? { kind: "user", event, encoding: "binary", bytes: body }
    : jsonBroadcast(event, payload);
  if (sizeOf(broadcast) > state.settings.limits.payloadBytes) return tooLarge;
  const seconds = persistTtl(state, asked);
  if (seconds === "invalid" || (seconds !== undefined && !topic.private)) {
    return { status: 422, body: { errors: { persist: ["can only be used on private channels"] } } };
  }
  if (isOverLimit(state)) return { status: 429, body: { message: "You have exceeded your rate limit" } };
  if (!(await mayWriteTo(state, topic, token))) return { status: 403, body: { message: "Unauthorized" } };
  send(state, topic, broadcast);
  if (seconds !== undefined && (await state.settings.canPersist({ topic: name, token }))) {
    store(state, topic, event, payload, seconds);
  }
  return { status: 202 };
}

const tooLarge: Answer = { status: 422, body: { errors: { payload: ["Payload size exceeds tenant limit"] } } };

function send(state: SupabaseState, topic: Topic, broadcast: Broadcast): void {
  state.rates.messages.add();
  fanOut(state, topic, broadcast, shutDown);
}

async function mayWriteTo({ settings }: SupabaseState, topic: Topic, token: SupabaseToken): Promise<boolean> {
  return !topic.private || (await settings.canWrite({ topic: topic.name, token }));
}

function isOverLimit({ rates, settings }: SupabaseState): boolean {
  return rates.messages.average() >= settings.limits.messagesPerSecond;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function note(state: SupabaseState, topic: Topic, payload: Json, persist?: unknown): void {
  state.received.push({
    via: "http",
    connection: 0,
    atMs: state.settings.clock.now(),
    topic: topic.name,
    event: "broadcast",
    payload,
    joinRef: null,
    ref: null,
    private: topic.private,
    ...(persist === undefined || persist === null ? {} : { meta: { persist } }),
  });
}
