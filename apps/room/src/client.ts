/** What the three apps share in the browser beside their channels. */
export { channels, MAX_TEXT_LENGTH, roomOf } from "./channels.js";
export { type Bubble, toBubbles } from "./bubbles.js";
export { type Carrier, roomDriver } from "./driver.js";
export { faceOf } from "./face.js";
export { createGuest, type Guest } from "./guest.js";
export { createNetworkSwitch, type NetworkSwitch } from "./network-switch.js";
