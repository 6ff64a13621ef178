/** What measure 11 takes out of the house. */
export {Broadcast, toFrame} from "../src/server/broadcast.ts";
export {openLine} from "../src/server/line.ts";
