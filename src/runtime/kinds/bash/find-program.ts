import {accessSync, constants} from "node:fs";
import {delimiter, join} from "node:path";

const install: Readonly<Record<string, string>> = {bash: "install bash 4.4 or newer", ssh: "install OpenSSH's client"};

/** The absolute path of a program; throws an error that says how to get it. */
export function findProgram(name: string, path: string | undefined): string {
  for (const folder of (path ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter)) {
    const candidate = join(folder || ".", name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // look further
    }
  }
  throw new Error(`${name} was not found in PATH (${path ?? "unset"}); ${install[name] ?? "install it"}`);
}
