import {spawn} from "node:child_process";
import {userInfo} from "node:os";
import {resolve} from "node:path";

import {kinds} from "../runtime/kinds/index.ts";
import {serve} from "../server/index.ts";
import {onInterrupt} from "./interrupt.ts";

export interface OpenOptions {
  readonly port?: number;
  readonly host: string;
  readonly invite?: readonly string[];
  readonly browser: boolean;
  readonly drill?: boolean;
  readonly operator?: string;
  readonly runsDir: string;
}

/** `runbook open`: serves the viewer until it is interrupted. */
export async function open(path: string, options: OpenOptions): Promise<number> {
  const serving = await serve({
    path,
    host: options.host,
    ...(options.port !== undefined && {port: options.port}),
    runsDirectory: resolve(options.runsDir),
    operator: options.operator ?? process.env.RUNBOOK_OPERATOR ?? userInfo().username,
    mode: options.drill ? "drill" : "recovery",
    kinds,
    environment: Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    invite: options.invite ?? []
  });
  process.stdout.write(`${path} is open at ${serving.url}\n`);
  for (const [name, url] of Object.entries(serving.inviteUrls)) process.stdout.write(`for ${name}: ${url}\n`);
  process.stdout.write("Ctrl-C ends it\n");
  if (options.browser) openBrowser(serving.url);
  await new Promise<void>((done) => {
    const release = onInterrupt({
      cancel() {
        process.stdout.write("\nending\n");
        void serving.close().then(() => {
          release();
          done();
        });
      },
      kill: () => process.exit(130)
    });
  });
  return 0;
}

/** A machine without a browser is no error: the address has been printed. */
function openBrowser(url: string): void {
  const [program, ...first] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const child = spawn(program!, [...first, url], {stdio: "ignore", detached: true});
  child.on("error", () => {});
  child.unref();
}
