/** Somebody else who says something: another client, or the backend where clients cannot. */
import { expect } from "vitest";
import type { Stage } from "./stage.js";

/** Publishes, and resolves when the provider has it. */
export type Say = (data: unknown) => Promise<void>;

/** Brings a speaker on stage, who is on the channel when it resolves. */
export async function createSpeaker(stage: Stage, channel: string): Promise<Say> {
  if (stage.capabilities.publish === "none") {
    const publish = stage.ability("publish");
    return async (data) => publish(channel, "message", data);
  }
  const speaker = await stage.enter("speaker");
  speaker.realtime.channel(channel).join();
  await stage.live(channel, speaker);
  return async (data) => {
    const { error } = await stage.settled("a publish settles", speaker.realtime.publish(channel, "message", data));
    expect(error).toBeUndefined();
  };
}
