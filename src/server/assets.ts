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
  throw new UsageError('the viewer is not built; run "npm run build" first');
}

/** Script and style of the viewer as texts, for a page that stands alone. */
export async function readBundle(): Promise<{readonly script: string; readonly style: string}> {
  const assets = await readAssets();
  const named = Buffer.from(assets.get("/index.html")?.bytes ?? []).toString(); // not what its script loads when there is a server
  const textOf = (ending: string): string => {
    const found = [...assets].filter(([name]) => name.endsWith(ending) && named.includes(`"${name}"`));
    if (found.length !== 1) throw new Error(`a page that stands alone needs one ${ending} of the viewer, found ${found.length}`);
    return Buffer.from(found[0]![1].bytes).toString();
  };
  return {script: textOf(".js"), style: textOf(".css")};
}

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
