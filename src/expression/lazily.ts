import {existsSync} from "node:fs";
import {createRequire} from "node:module";
import {fileURLToPath} from "node:url";

const load = createRequire(import.meta.url);

/**
 * A library that only some documents need: loaded when it is first asked for, and not when the program starts.
 * `scripts/build.mjs` makes one file of each, beside our own; sources find it in node_modules.
 */
export function lazily<Library>(name: string): () => Library {
  let library: Library | undefined;
  return () => (library ??= load(locate(name)) as Library);
}

function locate(name: string): string {
  const bundled = fileURLToPath(new URL(`./vendor-${name.split("/").at(-1)}.cjs`, import.meta.url));
  return existsSync(bundled) ? bundled : name;
}
