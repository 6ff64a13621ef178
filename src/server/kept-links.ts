import {chmod, mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";

/**
 * The tokens of a port that somebody chose: a server that is started there again knows the same people by the same links, so that
 * their pages come back by themselves. Whoever is not invited any more is forgotten.
 */
export async function keepLinks(
  runsDirectory: string,
  port: number,
  names: readonly string[],
  makeToken: () => string
): Promise<ReadonlyMap<string, string>> {
  const path = join(runsDirectory, `.links-${port}.json`);
  const known = await readFile(path, "utf8").then(read, () => new Map<string, string>());
  const tokens = new Map(names.map((name) => [name, known.get(name) ?? makeToken()]));
  await mkdir(runsDirectory, {recursive: true});
  await writeFile(path, `${JSON.stringify(Object.fromEntries(tokens), null, 2)}\n`, {mode: 0o600});
  await chmod(path, 0o600); // the mode above is only that of a new file
  return tokens;
}

function read(text: string): ReadonlyMap<string, string> {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null) return new Map();
    return new Map(
      Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string" && /^[\w-]{32}$/.test(entry[1]))
    );
  } catch {
    return new Map();
  }
}
