/** A server over a folder of runbooks, and people with browsers in front of it. All of it is real. */
import {once} from "node:events";
import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import type {AddressInfo} from "node:net";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import type {Browser, BrowserContext, Page} from "playwright";
import {chromium} from "playwright";

import type {Mode} from "../../src/model/event.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import type {Serving} from "../../src/server/index.ts";
import {serve} from "../../src/server/index.ts";

export interface Stage {
  readonly folder: string;
  readonly runsDirectory: string;
  readonly serving: Serving;
  /** Stops the server and starts another over the same folders; `between` happens while there is none. */
  restart(between?: () => Promise<void>): Promise<void>;
  end(): Promise<void>;
}

export async function setStage(
  files: Readonly<Record<string, string>>,
  {
    mode = "drill",
    invite = [],
    given = {},
    port = 0
  }: {
    mode?: Mode;
    invite?: readonly string[];
    given?: Readonly<Record<string, string>>;
    port?: number;
  } = {}
): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), "runbook-viewer-"));
  const folder = join(root, "runbooks");
  const runsDirectory = join(root, "runs");
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), text);
  }
  const environment = {PATH: process.env.PATH ?? "", HOME: root, LANG: "C.UTF-8", ...given};
  const start = () => serve({path: folder, runsDirectory, operator: "ada", mode, kinds, environment, invite, port});
  let serving = await start();
  return {
    folder,
    runsDirectory,
    get serving() {
      return serving;
    },
    async restart(between = async () => {}) {
      await serving.close();
      await between();
      serving = await start();
    },
    async end() {
      await serving.close();
      await rm(root, {recursive: true, force: true});
    }
  };
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.RUNBOOK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
  });

/** A port that nobody has, for a server that is to come back where it was. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A page of somebody who came in by a link, at a path of the server. Errors of the page fail the test that looks at them. */
export async function enter(context: BrowserContext, url: string, path: string): Promise<{page: Page; errors: string[]}> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  await page.goto(new URL(path, url).href);
  return {page, errors};
}
