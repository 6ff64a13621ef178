import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";

import {addSignatures} from "../bag/countersign.ts";
import {isRole, sign} from "../bag/signature.ts";
import {requestTimestamp, timestampName} from "../bag/timestamp.ts";
import {isTorn} from "../bag/torn.ts";
import type {WrittenBag} from "../bag/write-bag.ts";
import {FindingsError, writeBag} from "../bag/write-bag.ts";
import {UsageError} from "../model/usage-error.ts";
import {host} from "../runtime/identity.ts";
import {readLock} from "../runtime/lock.ts";
import {readSecrets} from "../runtime/prepare.ts";
import {findRun} from "../runtime/runs.ts";
import {version} from "../runtime/version.ts";
import {readMaterial} from "./material.ts";
import {nearbyPath} from "./nearby-path.ts";
import {paintFor} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

export interface ArchiveOptions extends SignOptions {
  readonly out: string;
  readonly zip?: boolean;
  readonly countersign?: string;
  readonly acceptFindings?: string;
  readonly runsDir: string;
}
export interface SignOptions {
  readonly sign?: string;
  readonly role?: string;
  readonly timestamp?: string;
}

/** `runbook archive`: the evidence bag of a run; or, with `--countersign`, another signature on one that is there. */
export async function archive(reference: string | undefined, options: ArchiveOptions): Promise<number> {
  const signatures = signer(options);
  if (options.countersign !== undefined) {
    if (reference !== undefined) throw new UsageError("--countersign BAG signs an archive that is there: give no run with it");
    if (options.sign === undefined && options.timestamp === undefined)
      throw new UsageError("--countersign needs --sign KEY or --timestamp URL");
    const added = await addSignatures(options.countersign, signatures);
    process.stdout.write(added.map((name) => `added: ${join(options.countersign!, "signatures", name)}\n`).join(""));
    return 0;
  }
  if (reference === undefined) throw new UsageError("archive needs a run: an id, a unique prefix, latest, or a run folder");
  return archiveFolder(await findRun(resolve(options.runsDir), reference), options);
}

/** The same for the folder of a run; 1 when something in it looks like a secret, and nothing was written. */
export async function archiveFolder(
  folder: string,
  options: Omit<ArchiveOptions, "runsDir" | "countersign">,
  say: (text: string) => void = (text) => void process.stdout.write(text)
): Promise<number> {
  try {
    const {path, tagmanifest, accepted} = await makeBag(folder, options);
    const lines = [`  archive: ${nearbyPath(path)}`, `  sha256 of its tagmanifest-sha256.txt: ${tagmanifest}`];
    if (accepted.length > 0) lines.push(`  ${accepted.length} places that look like secrets are in it: ${quiet(options.acceptFindings!)}`);
    say(`${lines.join("\n")}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof FindingsError)) throw error;
    const paint = paintFor(process.stderr);
    const lines = [
      paint.red(`nothing was archived: ${error.message}`),
      ...error.findings.map((finding) => `  ${quiet(finding)}`),
      '--accept-findings "why" archives it all the same, and says so in bag-info.txt'
    ];
    process.stderr.write(`${lines.join("\n")}\n`);
    return 1;
  }
}

export interface ArchiveAfterOptions {
  readonly archive?: string; // the folder to make it in
  readonly sign?: string;
  readonly acceptFindings?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Archives a run that is over, where the call asked for it. What goes wrong is said, and never hides how the run came out. */
export async function archiveAfter(
  folder: string,
  code: number,
  {archive: out, sign, acceptFindings, json, quiet: silent}: ArchiveAfterOptions
): Promise<number> {
  if (out === undefined) return code;
  try {
    const say = (text: string): void => void (silent ? null : (json ? process.stderr : process.stdout).write(text));
    const archived = await archiveFolder(
      folder,
      {out, ...(sign !== undefined && {sign}), ...(acceptFindings !== undefined && {acceptFindings})},
      say
    );
    return code === 0 ? archived : code;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`runbook: nothing was archived: ${error.message}\n`);
    return code === 0 ? 1 : code;
  }
}

async function makeBag(folder: string, options: Omit<ArchiveOptions, "runsDir" | "countersign">): Promise<WrittenBag> {
  const sign = signer(options);
  const material = await readMaterial(folder);
  const {run, live, runbook, journal} = material;
  const holder = readLock(folder);
  if (live || (holder !== null && run.ended === null && holder.host !== host))
    throw new UsageError(
      `the run in ${folder} is still going: process ${holder?.pid ?? "of somebody"} on ${holder?.host ?? "this machine"} performs it; archive it when it is over`
    );
  if (run.start === null) throw new UsageError(`${folder} holds no run that has begun: there is nothing to archive`);
  if (journal.damage !== null && !isTorn(readFileSync(join(folder, "journal.ndjson"))))
    throw new UsageError(`the journal in ${folder} is damaged, and would verify nowhere: ${journal.damage}`);
  return writeBag({
    material,
    folder,
    out: options.out,
    zip: options.zip ?? false,
    version,
    secrets: knownSecrets(runbook),
    accept: options.acceptFindings ?? null,
    sign
  });
}

/** Values of declared secrets, as far as this process has them. */
function knownSecrets(runbook: Parameters<typeof readSecrets>[0]["runbook"]): ReadonlyMap<string, string> {
  const environment = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  try {
    return readSecrets({runbook, values: [], environment});
  } catch {
    return new Map(); // one that is too short to be looked for was refused to the run as well
  }
}

function signer({
  sign: key,
  role = "operator",
  timestamp
}: SignOptions): (tagmanifest: Uint8Array) => Promise<ReadonlyMap<string, Uint8Array>> {
  if (!isRole(role)) throw new UsageError(`--role ${role}: expected a word of small letters and digits, like operator or approver`);
  return async (tagmanifest) => {
    const made = new Map<string, Uint8Array>();
    if (key !== undefined) {
      const {name, bytes} = await sign(tagmanifest, {key, role});
      made.set(name, bytes);
    }
    if (timestamp !== undefined) made.set(timestampName, await requestTimestamp(tagmanifest, timestamp));
    return made;
  };
}
