/** What a memory driver says to a request beyond its capabilities. */
import { RealtimeError } from "@attune/protocol";

/** @param what the method, as `signal()` */
export function unsupported(what: string): RealtimeError {
  return new RealtimeError("unsupported", `${what}: this memory driver was made without it.`);
}
