/** Watches a Members list without a pause, so that not even a blink goes unseen. */
import type { RoomPage } from "./room-page.ts";

/** Every state of the list since it was watched: the names in it, one entry a change. */
export interface MembersWatch {
  states(): Promise<readonly (readonly string[])[]>;
}

export async function watchMembers({ members }: RoomPage): Promise<MembersWatch> {
  const watch = await members.evaluateHandle((list) => {
    const read = () => Array.from(list.querySelectorAll(".visually-hidden"), (name) => name.textContent ?? "");
    const states = [read()];
    new MutationObserver(() => states.push(read())).observe(list, {
      childList: true,
      subtree: true,
      characterData: true,
    });
    return states;
  });
  return { states: () => watch.jsonValue() };
}
