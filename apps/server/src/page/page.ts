/** Leads all three apps into the room that the address asks for. */
import { roomOf } from "@attune-demo/room";

const query = `?room=${roomOf(new URL(location.href))}`;

for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-room]")) link.search = query;
for (const frame of document.querySelectorAll("iframe")) frame.src = `${frame.dataset["roomSrc"]}${query}`;
