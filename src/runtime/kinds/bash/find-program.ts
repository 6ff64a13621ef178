import {searchPath} from "../../search-path.ts";

const install: Readonly<Record<string, string>> = {bash: "install bash 4.4 or newer", ssh: "install OpenSSH's client"};

/** The absolute path of a program; throws an error that says how to get it. */
export function findProgram(name: string, path: string | undefined): string {
  const found = searchPath(name, path);
  if (found !== null) return found;
  throw new Error(`${name} was not found in PATH (${path ?? "unset"}); ${install[name] ?? "install it"}`);
}
