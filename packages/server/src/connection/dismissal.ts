/** Ends a connection with a code: the last frame says why, the transport's close follows. */
import { CLOSE_CODES, type CloseCode, type ErrorCode } from "@attune/protocol";
import { encodeFrame } from "../wire/encoded-frame.js";
import type { TransportLink } from "./transport-link.js";

/** Closes a link. `after`: the client is to come back after so many milliseconds. */
export function dismiss(link: TransportLink, code: CloseCode, msg: string, after?: number): void {
  link.send(encodeFrame({ t: "bye", code, msg, ...(after === undefined ? {} : { after }) }));
  link.close(code, msg);
}

/** The close code that stands for an error; 4004 for those that none stands for. */
export function closeCodeFor(error: ErrorCode): CloseCode {
  for (const code in CLOSE_CODES) {
    const closeCode = Number(code) as CloseCode;
    if (CLOSE_CODES[closeCode] === error) return closeCode;
  }
  return 4004;
}
