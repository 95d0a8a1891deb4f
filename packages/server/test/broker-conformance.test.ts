import { describeBroker } from "@attune/testing/broker-conformance";
import { durableWorld, memoryWorld } from "./kit/broker-worlds.js";

describeBroker("memory", { survives: false, hasTime: true }, memoryWorld());
describeBroker("durable", { survives: true, hasTime: true }, durableWorld("process"));
describeBroker("durable, full sync", { survives: true, hasTime: true }, durableWorld("full"));
