/** Changes of a JSON value as JSON Patch (RFC 6902): applied, made of two values, and held against one another. */
import { RealtimeError } from "./errors.js";
import { MAX_DEPTH, MAX_PATCH_OPERATIONS } from "./limits.js";

/** One operation. Of RFC 6902, `add`, `remove` and `replace` are in use; the others say nothing that these cannot. */
export type PatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** A change of a JSON value. */
export type JsonPatch = readonly PatchOperation[];

type Container = Record<string, unknown> | unknown[];

/**
 * Takes a patch out of what came off the wire, and nothing else with it.
 *
 * @throws {RealtimeError} `invalid-payload` when it is none, or has more than 1,000 operations
 */
export function parsePatch(value: unknown): JsonPatch {
  if (!Array.isArray(value) || value.length > MAX_PATCH_OPERATIONS) {
    throw invalid(`a patch is a list of at most ${MAX_PATCH_OPERATIONS} operations`);
  }
  return value.map((item: unknown) => {
    const { op, path, value: set } = (item ?? {}) as { op?: unknown; path?: unknown; value?: unknown };
    if (typeof path !== "string") throw invalid("an operation has no path");
    if (op === "remove") return { op, path };
    if ((op !== "add" && op !== "replace") || set === undefined) throw invalid("it is not add, replace or remove");
    return { op, path, value: set };
  });
}

/**
 * Applies a patch, all of it or nothing. What it does not touch keeps its identity, so that whoever shows the value need look only
 * at what changed.
 *
 * Stricter than the RFC in nothing but this: `__proto__` is no key, and a path leads through own properties only.
 *
 * @throws {RealtimeError} `invalid-payload` when an operation does not fit the value
 * @example
 * ```ts
 * import { applyPatch } from "@attune/protocol/patch";
 * applyPatch({ done: false }, [{ op: "replace", path: "/done", value: true }]); // { done: true }
 * ```
 * Source: RFC 6902, section 4; RFC 6901, section 4.
 */
export function applyPatch(value: unknown, patch: JsonPatch): unknown {
  /** Copied by this patch, so not seen by anybody else: these may be written to. */
  const copies = new Set<unknown>();
  const root: Container = [value];
  copies.add(root);
  for (const operation of patch) {
    const keys = keysOf(operation.path);
    let at: Container = root;
    let key = "0";
    for (const next of keys) {
      const inside: unknown = ownValue(at, key);
      if (typeof inside !== "object" || inside === null) throw invalid(`"${operation.path}" leads nowhere`);
      if (!copies.has(inside)) {
        const copy: Container = Array.isArray(inside) ? [...(inside as unknown[])] : { ...inside };
        copies.add(copy);
        put(at, key, copy);
      }
      at = ownValue(at, key) as Container;
      key = next;
    }
    if (at !== root) write(at, key, operation);
    else if (operation.op === "remove") throw invalid("the whole value cannot be removed");
    else put(root, key, operation.value);
  }
  return root[0];
}

/**
 * The patch that leads from one value to another. Parts that are identical (`===`) are taken for equal unseen, so it costs least when
 * the later value was made of the earlier one by drafts or copies.
 */
export function diff(before: unknown, after: unknown): JsonPatch {
  const patch: PatchOperation[] = [];
  compare(before, after, "", patch);
  return patch;
}

/** Whether JSON can carry a value as it is: no dates, no functions, no `undefined`, no holes, no `NaN`. */
export function isJson(value: unknown, depth: number = MAX_DEPTH): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return ["string", "boolean", "object"].includes(typeof value);
  if (depth === 0) return false;
  if (Array.isArray(value)) return Array.from(value).every((item) => isJson(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.values(value).every((item) => isJson(item, depth - 1))
  );
}

/** Where a patch changes something. Adding to a list, or taking from it, changes all of it: what comes after moves. */
export function placesOf(patch: JsonPatch): readonly string[] {
  return patch.map(({ op, path }) => (op === "replace" ? path : path.replace(/\/(?:\d+|-)$/, "")));
}

/** Whether two patches, each made without knowledge of the other, change one place. If not, either may go first. */
export function overlaps(places: readonly string[], others: readonly string[]): boolean {
  return places.some((place) =>
    others.some((other) => place === other || place.startsWith(`${other}/`) || other.startsWith(`${place}/`)),
  );
}

function keysOf(path: string): string[] {
  if (path === "") return [];
  const [first, ...keys] = path.split("/");
  if (first !== "" || keys.length > MAX_DEPTH || /~(?![01])/.test(path)) throw invalid(`"${path}" is no path`);
  return keys.map((key) => {
    const plain = key.replaceAll("~1", "/").replaceAll("~0", "~");
    // Own properties only are read and written, and still: as a key, this is poison in the next merge.
    if (plain === "__proto__") throw invalid('"__proto__" is no key');
    return plain;
  });
}

function ownValue(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[indexOf(key, container.length - 1)];
  if (!Object.hasOwn(container, key)) throw invalid(`there is no "${key}"`);
  return container[key];
}

function put(container: Container, key: string, value: unknown): void {
  (container as Record<string, unknown>)[key] = value;
}

function write(container: Container, key: string, operation: PatchOperation): void {
  const isList = Array.isArray(container);
  if (operation.op !== "add") ownValue(container, key);
  if (operation.op === "remove") {
    if (isList) container.splice(Number(key), 1);
    else delete container[key];
  } else if (isList && operation.op === "add") {
    container.splice(key === "-" ? container.length : indexOf(key, container.length), 0, operation.value);
  } else put(container, key, operation.value);
}

function indexOf(key: string, max: number): number {
  const index = /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
  if (!(index <= max)) throw invalid(`there is no "${key}" in a list`);
  return index;
}

function compare(before: unknown, after: unknown, path: string, patch: PatchOperation[]): void {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, path, patch);
  else if (isRecord(before) && isRecord(after)) {
    for (const key of Object.keys(before)) {
      if (!Object.hasOwn(after, key)) patch.push({ op: "remove", path: `${path}/${escape(key)}` });
    }
    for (const [key, value] of Object.entries(after)) {
      const inside = `${path}/${escape(key)}`;
      if (Object.hasOwn(before, key)) compare(before[key], value, inside, patch);
      else patch.push({ op: "add", path: inside, value });
    }
  } else patch.push({ op: "replace", path, value: after });
}

/** Below this many operations, a list is not replaced as a whole: that would be in the way of all who change something in it. */
const FEW = 8;

/** Items are known by identity; where some changed places, the list is replaced as a whole. */
function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
  patch: PatchOperation[],
): void {
  const kept = new Set(after);
  const known = new Set(before);
  const steps: PatchOperation[] = [];
  let from = 0;
  let to = 0;
  while (from < before.length || to < after.length) {
    const isGone = from < before.length && !kept.has(before[from]);
    const isNew = to < after.length && !known.has(after[to]);
    const at = `${path}/${to}`;
    if (from < before.length && to < after.length && Object.is(before[from], after[to])) {
      from++;
      to++;
    } else if (isGone && isNew) compare(before[from++], after[to++], at, steps);
    else if (isGone) {
      steps.push({ op: "remove", path: at });
      from++;
    } else if (isNew) steps.push({ op: "add", path: at, value: after[to++] });
    else return void patch.push({ op: "replace", path, value: after });
  }
  if (steps.length > Math.max(FEW, after.length)) patch.push({ op: "replace", path, value: after });
  else patch.push(...steps);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function invalid(reason: string): RealtimeError {
  return new RealtimeError("invalid-payload", `The patch does not fit: ${reason}.`);
}
