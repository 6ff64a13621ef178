import {existsSync} from "node:fs";
import {createRequire} from "node:module";
import {fileURLToPath} from "node:url";
import type {Node} from "web-tree-sitter";

/** Reads a text as bash would; never throws on what is no bash, the tree then holds errors. */
export type Grammar = (text: string) => Node;

let loading: Promise<Grammar> | undefined;
/** Loaded when first needed, once: it takes some 50 ms. */
export const loadGrammar = (): Promise<Grammar> => (loading ??= load());

async function load(): Promise<Grammar> {
  const {Language, Parser} = await import("web-tree-sitter");
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(findWasm()));
  return (text) => {
    const tree = parser.parse(text);
    if (!tree) throw new Error("the bash parser gave up");
    return tree.rootNode;
  };
}

/** Beside the bundle, or in its package when run from source. */
function findWasm(): string {
  for (const place of ["./tree-sitter-bash.wasm", "../tree-sitter-bash.wasm"]) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  return createRequire(import.meta.url).resolve("tree-sitter-bash/tree-sitter-bash.wasm");
}
