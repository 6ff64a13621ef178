/** Where and as whom this process runs. */
import {hostname, userInfo} from "node:os";

export const host = hostname();
export const user = findUser();

/** A container may run as a user that has no name. */
function findUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
