/** The in-memory driver is held to the contract: in every recovery mode, as an SDK with a life of its own, and with every gap. */
import { describeDriver } from "../src/conformance/index.js";
import { createMemoryHub, memoryDriver, type MemoryDriverOptions } from "../src/index.js";
import { memoryConformanceWorld } from "./conformance-memory-world.js";

const kinds: Readonly<Record<string, MemoryDriverOptions>> = {
  "memory, offset": { recovery: "offset" },
  "memory, cursor": { recovery: "cursor" },
  "memory, none": { recovery: "none" },
  "memory, like an SDK": { recovery: "cursor", presence: "core", reconnect: "driver" },
  "memory, read only": { recovery: "none", publish: "none", signals: false, presence: false },
};

for (const [name, options] of Object.entries(kinds)) {
  const { capabilities } = memoryDriver(createMemoryHub(), options);
  describeDriver(name, () => memoryConformanceWorld(options), capabilities);
}
