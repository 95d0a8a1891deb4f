/** JSON Patch for shared state: an entry of its own, for whoever has no shared state need not carry it. */
export { applyPatch, diff, isJson, overlaps, parsePatch, placesOf } from "./json-patch.js";
export type { JsonPatch, PatchOperation } from "./json-patch.js";
