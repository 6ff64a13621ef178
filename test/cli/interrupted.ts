/** Runs whose runner was killed in the middle, and what becomes of them. */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {Event} from "../../src/model/event.ts";
import type {Place, Said} from "./command.ts";
import {fence} from "./command.ts";

export interface Interrupted {
  readonly folder: string;
  events(): readonly Event[];
  bytes(): Buffer;
  ledger(): string;
  resume(...args: readonly string[]): Promise<Said>;
}
interface Given {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A run whose runner is killed once the ledger says "stop". */
export async function interruptRun(place: Place, name: string, text: string, {args = [], env = {}}: Given = {}): Promise<Interrupted> {
  const file = place.file(`${name}.md`, text.replaceAll("LEDGER", ledgerOf(name)));
  place.file(`${name}.ledger`, "");
  const started = place.start(["exec", file, "--quiet", ...args, ...runsOf(place, name)], env);
  const ledger = (): string => readFileSync(join(place.folder, `${name}.ledger`), "utf8");
  for (let tries = 0; !ledger().includes("stop\n"); tries++) {
    if (tries > 400 || started.exitCode !== null) throw new Error(`it never came so far: ${(await started).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  started.kill("SIGKILL");
  await started;
  const {stdout} = await place.runbook("runs", "--json", ...runsOf(place, name));
  const {folder} = (JSON.parse(stdout) as {folder: string}[])[0]!;
  const bytes = (): Buffer => readFileSync(join(folder, "journal.ndjson"));
  return {
    folder,
    bytes,
    ledger,
    events: () =>
      bytes()
        .toString()
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Event),
    resume: async (...more) => {
      const {exitCode, stdout, stderr} = await place.start(["resume", "latest", "--quiet", ...more, ...runsOf(place, name)], env);
      return {exit: exitCode ?? -1, stdout, stderr};
    }
  };
}

export const runsOf = (place: Place, name: string): readonly string[] => ["--runs-dir", join(place.folder, `${name}-runs`)];
export const ledgerOf = (name: string): string => `$RUNBOOK_DIRECTORY/${name}.ledger`;
export const stop = (id: string): string => fence(`bash {#${id}}`, "echo stop >> LEDGER", "test -e $RUNBOOK_RUN_DIRECTORY/go || sleep 60");
export const go = ({folder}: Interrupted): void => writeFileSync(join(folder, "go"), "");
