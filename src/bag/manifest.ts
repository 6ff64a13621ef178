/** Manifests of a bag, which `sha256sum -c` reads as well: `<sha256>  <path>`, sorted by path. */

/** No path of a bag holds a character that a manifest of RFC 8493 or `sha256sum` would have to write otherwise. */
export const bagPath = (path: string): string =>
  path
    .split("/")
    .map((part) =>
      part === ".." || part === "."
        ? part.replaceAll(".", "=2E")
        : [...part].map((character) => (plain.test(character) ? character : encode(character))).join("")
    )
    .join("/");

const plain = /^[^%=\\\p{Cc}]$/u;
const encode = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

export const manifestText = (hashes: ReadonlyMap<string, string>): string =>
  [...hashes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, sha256]) => `${sha256}  ${path}\n`)
    .join("");

/** What is wrong, in words, where it is none: nothing but what `manifestText` writes is a manifest here, so that no byte of one can be another. */
export function readManifest(text: string): ReadonlyMap<string, string> | string {
  const found = new Map<string, string>();
  const lines = text.split("\n");
  if (lines.pop() !== "") return "its last line is not whole";
  for (const [place, line] of lines.entries()) {
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (!sha256 || !path || !isSafePath(path)) return `line ${place + 1} is no line of a manifest`;
    if (found.has(path)) return `line ${place + 1} names ${path} again`;
    found.set(path, sha256);
  }
  if (manifestText(found) !== text) return "its lines are not in order";
  return found;
}

/** A relative path that stays where it is unpacked, on any system. */
export const isSafePath = (path: string): boolean =>
  path !== "" && !/[\\\p{Cc}]|^[A-Za-z]:/u.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
