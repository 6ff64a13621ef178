import {accessSync, constants} from "node:fs";
import {delimiter, join} from "node:path";

/** The path of a program as a shell would find it; null where there is none. */
export function searchPath(name: string, path: string | undefined): string | null {
  if (name.includes("/")) return isExecutable(name) ? name : null;
  for (const folder of (path ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter)) {
    const candidate = join(folder || ".", name);
    if (isExecutable(candidate)) return candidate;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
