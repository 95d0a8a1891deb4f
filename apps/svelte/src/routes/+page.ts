import { roomOf } from "@attune-demo/room/client";
import type { PageLoad } from "./$types.js";

export const load: PageLoad = ({ url }) => ({ room: roomOf(url) });
