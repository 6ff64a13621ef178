/** The built viewer, read once and served from memory. */
import {readdir, readFile} from "node:fs/promises";
import {extname, join} from "node:path";
import {fileURLToPath} from "node:url";

import {UsageError} from "../model/usage-error.ts";

export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  for (const up of ["../../dist/viewer/", "../../../dist/viewer/"]) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    const names = await readdir(folder, {recursive: true}).catch(() => null);
    if (names === null) continue;
    const assets = new Map<string, Asset>();
    for (const name of names) {
      const type = types[extname(name)];
      if (type !== undefined)
        assets.set(`/${name.replaceAll("\\", "/")}`, {bytes: new Uint8Array(await readFile(join(folder, name))), type});
    }
    if (assets.has("/index.html")) return assets;
  }
  throw notBuilt();
}

/** Script and style of the page that stands alone. */
export async function readAlone(): Promise<{readonly script: string; readonly style: string}> {
  for (const up of ["../../dist/alone/", "../../../dist/alone/"]) {
    const at = (name: string): Promise<string> => readFile(new URL(`${up}${name}`, import.meta.url), "utf8");
    const [script, style] = await Promise.all([at("page.js"), at("page.css")]).catch(() => [null, null]);
    if (script && style) return {script, style};
  }
  throw notBuilt();
}

const notBuilt = (): UsageError => new UsageError('the viewer is not built; run "npm run build" first');

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml"
};

/** Images that a runbook may show; a drawing that could hold a script is opened by `<img>` only, which runs none. */
export const imageTypes: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".svg": "image/svg+xml"
};
