/** Verifies a bag: says what was checked, what was not and why, and what is wrong. */
import {readdirSync, readFileSync} from "node:fs";
import {basename, join} from "node:path";
import type {Material} from "../evidence/material.ts";
import {digestProgram, readProgram} from "../evidence/page-program.ts";
import {UsageError} from "../model/usage-error.ts";
import type {Making} from "./bag-info.ts";
import {bagInfo, readBagInfo} from "./bag-info.ts";
import type {Fixity} from "./fixity.ts";
import {checkFixity} from "./fixity.ts";
import {judgeRecord} from "./judge-record.ts";
import {judgeDocuments, judgeOutputs, judgeVerdicts} from "./judge-run.ts";
import {bagName, planViews, viewPath} from "./layout.ts";
import {judgeSignature, readSignature} from "./signature.ts";
import {judgeTimestamp, readTimestamp, timestampName} from "./timestamp.ts";
import {isTorn} from "./torn.ts";
import {verifyText} from "./verify-md.ts";

export interface Check {
  readonly check: "files" | "journal" | "documents" | "outputs" | "verdicts" | "views" | "signatures" | "time";
  readonly status: "verified" | "failed" | "not-verified";
  readonly words: string; // what was verified, or why not
  readonly problems: readonly string[];
}
export interface Verification {
  readonly run: string | null;
  readonly outcome: string | null;
  readonly checks: readonly Check[];
  readonly accepted: readonly string[]; // findings of the search for secrets that were taken over, and why
  readonly holds: boolean; // nothing failed
}
export interface Trust {
  readonly allowedSigners: string | null;
  readonly authority: string | null; // certificates of a time stamp authority
  readonly require: readonly string[]; // roles that must have signed
}
export interface VerifyRequest {
  readonly root: string;
  readonly trust: Trust;
  readonly version: string; // of this program
  /** Reads the payload as what a run left. */
  readMaterial(folder: string): Promise<Material>;
}

export async function verifyBag({root, trust, version, readMaterial}: VerifyRequest): Promise<Verification> {
  const fixity = checkFixity(root);
  const checks: Check[] = [
    toCheck("files", fixity.problems, `${fixity.hashes.size} files of the payload are those of the manifests, and nothing was added`)
  ];
  const material = await tryRead(() => readMaterial(join(root, "data")));
  const info = readInfo(root);
  if (typeof material === "string") checks.push(toCheck("journal", [material], ""));
  else checks.push(...judgePayload(material, root, fixity, {version, info}));
  const time = await checkTime(root, fixity, trust);
  checks.push(await checkSignatures(root, fixity, trust, time.at), time.check);
  return {
    run: typeof material === "string" ? null : (material.run.start?.run ?? null),
    outcome: typeof material === "string" ? null : (material.run.ended?.outcome ?? "interrupted"),
    checks,
    accepted: info.waiver ? [`accepted: ${info.waiver.why}`, ...info.waiver.findings] : [],
    holds: checks.every(({status}) => status !== "failed")
  };
}

function readInfo(root: string): Making {
  try {
    return readBagInfo(readFileSync(join(root, "bag-info.txt"), "utf8"));
  } catch {
    return {version: null, page: null, waiver: null};
  }
}

async function tryRead(read: () => Promise<Material>): Promise<Material | string> {
  try {
    const material = await read();
    return material.run.start === null
      ? `it holds no run that has begun${material.journal.damage === null ? "" : `: ${material.journal.damage}`}`
      : material;
  } catch (error) {
    return messageOf(error); // whatever a forged payload does to a reader, it is no run
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function judgePayload(
  material: Material,
  root: string,
  fixity: Fixity,
  {version, info}: {version: string; info: Making}
): readonly Check[] {
  const {events, journal, run} = material;
  const documents = judgeDocuments(material, fixity.hashes);
  const torn = journal.damage !== null && run.ended === null && isTorn(readFileSync(join(root, "data/journal.ndjson")));
  const whole = torn
    ? `${events.length} lines are one chain; what follows was being written when the runner was gone`
    : `${events.length} lines are one chain`;
  return [
    toCheck("journal", journal.damage === null || torn ? [] : [journal.damage], whole),
    toCheck("documents", documents, "what ran is what the journal names"),
    toCheck("outputs", judgeOutputs(material, fixity.hashes, root), "every recorded output has the sha256 that its end recorded"),
    ...(documents.length > 0
      ? [notVerified("verdicts", another), notVerified("views", another)]
      : judgeFold(material, root, fixity, {version, info}))
  ];
}

const another = "the document is not the one that ran";

/** What follows from the journal over the document; a forged one may fold to nothing at all. */
function judgeFold(material: Material, root: string, fixity: Fixity, options: {version: string; info: Making}): readonly Check[] {
  const {run} = material;
  const follows =
    run.ended === null
      ? "nobody saw the end of the run; those of its attempts follow from the facts"
      : `that the run ${run.ended.outcome} follows from the facts`;
  return [
    guard("verdicts", () => toCheck("verdicts", judgeVerdicts(material), follows)),
    guard("views", () => checkViews(material, root, fixity, options))
  ];
}

function guard(check: Check["check"], make: () => Check): Check {
  try {
    return make();
  } catch (error) {
    return toCheck(check, [`the journal does not fit the document: ${messageOf(error)}`], "");
  }
}

const notVerified = (check: Check["check"], words: string): Check => ({check, status: "not-verified", words, problems: []});

function checkViews(material: Material, root: string, fixity: Fixity, {version, info}: {version: string; info: Making}): Check {
  if (info.version !== version) {
    const other = `they were made by runbook ${info.version ?? "of no version"}, and this is ${version}: only the same version makes the same bytes`;
    const problems = judgeRecord(material, tryFile(join(root, viewPath("json")))); // what matters most of it, whoever made it
    return problems.length > 0
      ? toCheck("views", problems, "")
      : notVerified("views", `${other}; the verdicts of the record are those of the journal`);
  }
  const page = findForeignPage(material, root, info);
  const made = page === null ? material : {...material, page};
  const texts: readonly (readonly [path: string, bytes: Uint8Array])[] = [
    ...planViews(made).map(({path, bytes}) => [path, bytes] as const),
    ["VERIFY.md", Buffer.from(verifyText(material))],
    ["bag-info.txt", Buffer.from(bagInfo(made, {bytes: fixity.bytes, files: fixity.hashes.size, version, waiver: info.waiver}))]
  ];
  const problems = texts.flatMap(([path, bytes]) => {
    const now = tryFile(join(root, path));
    return now === null ? [`${path} is missing`] : now.equals(bytes) ? [] : [`${path} is not what the journal gives`];
  });
  const whole = `record and views of ${bagName(material)} are what the journal gives`;
  if (page === null || problems.length > 0) return toCheck("views", problems, whole);
  return notVerified(
    "views",
    `${whole}, but for the program of the page, which is of another build: its sha256 is ${digestProgram(page)}, and here ${digestProgram(material.page)}`
  );
}

/** The page of a bag that says it has the program of another build, with that program; null if it says nothing such. */
function findForeignPage({page}: Material, root: string, info: Making): Material["page"] | null {
  if (info.page === null || info.page === digestProgram(page)) return null;
  const program = readProgram(tryFile(join(root, viewPath("html")))?.toString() ?? "");
  return program && {...page, ...program};
}

function tryFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

async function checkTime(
  root: string,
  {tagmanifest}: Fixity,
  {authority}: Trust
): Promise<{readonly check: Check; readonly at: Date | null}> {
  const token = tryFile(join(root, "signatures", timestampName));
  if (token === null) {
    if (authority !== null) return {check: toCheck("time", ["there is no time stamp"], ""), at: null};
    return {check: {check: "time", status: "not-verified", words: "there is no time stamp", problems: []}, at: null};
  }
  const {at, problem} = await readTimestamp(tagmanifest, token);
  if (problem !== null || at === null) return {check: toCheck("time", [`the time stamp: ${problem}`], ""), at: null};
  if (authority === null)
    return {
      check: {
        check: "time",
        status: "not-verified",
        words: `it is stamped ${at.toISOString()}; by whom, only certificates of the authority tell (--tsa FILE)`,
        problems: []
      },
      at: null
    };
  const wrong = await judgeTimestamp(tagmanifest, token, {authority, at});
  return {
    check: toCheck("time", wrong === null ? [] : [`the time stamp does not hold: ${wrong}`], `it existed at ${at.toISOString()}`),
    at: wrong === null ? at : null
  };
}

/** Who signed, and whether it holds; `at`: when it was made at the latest. */
export async function checkSignatures(
  root: string,
  {tagmanifest}: Fixity,
  {allowedSigners, require}: Trust,
  at: Date | null
): Promise<Check> {
  const names = listSignatures(root);
  const problems: string[] = [];
  const signed: {readonly role: string; readonly principal: string | null}[] = [];
  for (const name of names) {
    const bytes = readFileSync(join(root, "signatures", name));
    const {role, problem} = readSignature(name, bytes);
    if (problem !== null) {
      problems.push(`signatures/${name}: ${problem}`);
      continue;
    }
    const judged = await judgeSignature(tagmanifest, {role, bytes}, {trust: allowedSigners, at});
    if (judged.type === "bad") problems.push(`signatures/${name}: ${judged.why}`);
    else signed.push({role, principal: judged.type === "trusted" ? judged.principal : null});
  }
  for (const role of require)
    if (!signed.some((one) => one.role === role && one.principal !== null)) problems.push(`nobody signed as ${role}`);
  if (allowedSigners !== null && require.length === 0 && signed.length === 0 && problems.length === 0) problems.push("nobody signed");
  const words = signed.map(({role, principal}) => `${role}: ${principal ?? "a key that nobody vouches for here"}`).join(", ");
  if (problems.length > 0 || allowedSigners !== null) return toCheck("signatures", problems, `signed by ${words}`);
  const why = names.length === 0 ? "nobody signed" : `${words}; whose keys they are, only allowed signers tell (--allowed-signers FILE)`;
  return {check: "signatures", status: "not-verified", words: why, problems: []};
}

function listSignatures(root: string): readonly string[] {
  try {
    return readdirSync(join(root, "signatures"), {withFileTypes: true})
      .flatMap((entry) => (entry.isFile() && entry.name !== timestampName ? [entry.name] : []))
      .toSorted();
  } catch {
    return [];
  }
}

const toCheck = (check: Check["check"], problems: readonly string[], words: string): Check => ({
  check,
  status: problems.length === 0 ? "verified" : "failed",
  words: problems.length === 0 ? words : "",
  problems
});

/** Throws a `UsageError` for a folder that is no bag at all. */
export function refuseNoBag(root: string): void {
  const names = new Set(readdirSync(root));
  if (!["bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"].some((name) => names.has(name)))
    throw new UsageError(`${basename(root)} is no archive of a run: it has no bagit.txt and no manifests`);
}
