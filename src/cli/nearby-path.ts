import {relative} from "node:path";

/** A path as one would type it here: relative below the present folder, else absolute. */
export function nearbyPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" ? "." : near.startsWith("..") ? path : near;
}
