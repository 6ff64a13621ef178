/** Signatures of a bag, by `ssh-keygen -Y`: over tagmanifest-sha256.txt, one for each signer and role. */
import {spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {UsageError} from "../model/usage-error.ts";

/** A signature of one role cannot be taken for one of another: the role is part of what is signed. */
export const namespaceOf = (role: string): string => (role === "operator" ? "runbook-evidence" : `runbook-evidence-${role}`);

export const isRole = (role: string): boolean => /^[a-z][a-z0-9]{0,39}$/.test(role);

export interface Signature {
  readonly name: string; // of its file in signatures/
  readonly bytes: Uint8Array;
}

/** `key`: a private key, or a public one whose private key an agent holds. Throws a `UsageError` when nothing comes of it. */
export async function sign(tagmanifest: Uint8Array, {key, role}: {readonly key: string; readonly role: string}): Promise<Signature> {
  if (!existsSync(key)) throw new UsageError(`the key ${key} is not there`);
  const args = ["-Y", "sign", "-q", "-f", key, "-n", namespaceOf(role)];
  const {code, stdout, stderr} = await run("ssh-keygen", args, tagmanifest);
  if (code !== 0) throw new UsageError(`nothing was signed with ${key}: ${lastLine(stderr)}`);
  const blob = readArmour(stdout);
  if (blob === null) throw new UsageError(`nothing was signed with ${key}: ssh-keygen gave no signature`);
  return {name: `${role}-${fingerprint(blob)}.sig`, bytes: stdout};
}

export interface SignatureFile {
  readonly role: string;
  readonly problem: string | null; // what is wrong with it, whoever made it
}

/** What a file of signatures/ says of itself. */
export function readSignature(name: string, bytes: Uint8Array): SignatureFile {
  const [, role, print] = /^([a-z][a-z0-9]{0,39})-([0-9a-f]{16})\.sig$/.exec(name) ?? [];
  if (!role) return {role: "", problem: "its name is none of a signature"};
  const blob = readArmour(bytes);
  if (blob === null) return {role, problem: "it is no signature of ssh-keygen"};
  return {role, problem: fingerprint(blob) === print ? null : "it is of another key than its name says"};
}

export type Judged =
  | {readonly type: "trusted"; readonly principal: string}
  | {readonly type: "unknown"} // it holds, and nobody says whose the key is
  | {readonly type: "bad"; readonly why: string};

/** `trust`: the allowed signers, which never come from the bag. `at`: when it was made at the latest, as a time stamp says. */
export async function judgeSignature(
  tagmanifest: Uint8Array,
  {role, bytes}: {readonly role: string; readonly bytes: Uint8Array},
  {trust, at}: {readonly trust: string | null; readonly at: Date | null}
): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), "runbook-verify-"));
  try {
    const file = join(folder, "signature");
    writeFileSync(file, bytes);
    const options = ["-n", namespaceOf(role), "-s", file];
    const held = await run("ssh-keygen", ["-Y", "check-novalidate", ...options], tagmanifest);
    if (held.code !== 0) return {type: "bad", why: `it does not hold: ${lastLine(held.stderr)}`};
    if (trust === null) return {type: "unknown"};
    const time = at === null ? [] : [`-Overify-time=${at.toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`];
    const found = await run("ssh-keygen", ["-Y", "find-principals", "-f", trust, "-s", file, ...time], tagmanifest);
    const principals = found.stdout
      .toString()
      .split("\n")
      .filter((line) => line !== "");
    if (found.code !== 0 || principals.length === 0)
      return {type: "bad", why: "its key is none of the allowed signers', or not at that time"};
    for (const principal of principals) {
      const verified = await run("ssh-keygen", ["-Y", "verify", "-f", trust, "-I", principal, ...options, ...time], tagmanifest);
      if (verified.code === 0) return {type: "trusted", principal};
    }
    return {type: "bad", why: `${principals.join(", ")} may not sign as ${role}`};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

const begin = "-----BEGIN SSH SIGNATURE-----\n";
const end = "\n-----END SSH SIGNATURE-----\n";

/** The bytes inside, or null: only what ssh-keygen writes is a signature, so that no byte of it can be another. */
function readArmour(bytes: Uint8Array): Buffer | null {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.startsWith(begin) || !text.endsWith(end)) return null;
  const lines = text.slice(begin.length, -end.length).split("\n");
  const blob = Buffer.from(lines.join(""), "base64");
  const again = (blob.toString("base64").match(/.{1,70}/g) ?? []).join("\n");
  return blob.subarray(0, 6).toString() === "SSHSIG" && again === lines.join("\n") ? blob : null;
}

/** Sixteen digits of the sha256 of the key that signed. */
function fingerprint(blob: Buffer): string {
  const length = blob.length >= 14 ? blob.readUInt32BE(10) : 0;
  return createHash("sha256")
    .update(blob.subarray(14, 14 + length))
    .digest("hex")
    .slice(0, 16);
}

const lastLine = (text: Buffer): string => text.toString().trim().split("\n").at(-1) || "no reason was given";

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Runs a program that must be installed; throws a `UsageError` when it is not. */
export function run(program: string, args: readonly string[], input: Uint8Array): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {stdio: ["pipe", "pipe", "pipe"], env: {...process.env, LC_ALL: "C"}});
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => stderr.push(bytes));
    child.on("error", (error) => reject(new UsageError(`${program} cannot be run: ${error.message}`)));
    child.on("close", (code) => resolve({code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr)}));
    child.stdin.on("error", () => {}); // it ended without reading
    child.stdin.end(input);
  });
}
