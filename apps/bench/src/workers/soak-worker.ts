/** The process with the clients that are cut off again and again, and the proxy that does it. */
import { type SoakOptions, type SoakResult, soak } from "../faults/soak.js";

export const handlers = {
  soak: (options: SoakOptions): Promise<SoakResult> => soak(options),
};
