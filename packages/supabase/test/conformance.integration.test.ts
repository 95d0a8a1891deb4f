/** The driver for Supabase is held to the contract, against the double, over real sockets, with the official clients. */
import { describeDriver } from "@attune/testing/conformance";
import { supabase } from "../src/index.js";
import { supabaseConformanceWorld } from "./conformance-world.js";
import { officialClient, VERSIONS } from "./official-clients.js";

const { capabilities } = supabase(officialClient("newest", { url: "http://127.0.0.1", client: "none" }));

for (const version of VERSIONS) {
  describeDriver(`Supabase, ${version} client`, () => supabaseConformanceWorld(version), capabilities);
}
