/** Time stamps of RFC 3161 over tagmanifest-sha256.txt: that it existed no later than then. */
import {createHash} from "node:crypto";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {UsageError} from "../model/usage-error.ts";
import {run} from "./signature.ts";

export const timestampName = "tagmanifest.tsr";
const longestMs = 30_000;

/** The answer of the authority at `url`, as it came; throws a `UsageError` when it stamped nothing. */
export async function requestTimestamp(tagmanifest: Uint8Array, url: string): Promise<Uint8Array> {
  return withFile(tagmanifest, async (file) => {
    const query = await run("openssl", ["ts", "-query", "-data", file, "-sha256", "-cert"], Buffer.alloc(0));
    if (query.code !== 0) throw new UsageError(`openssl made no query: ${query.stderr.toString().trim()}`);
    const bytes = await post(url, query.stdout);
    const read = await readTimestamp(tagmanifest, bytes);
    if (read.problem !== null) throw new UsageError(`${url} gave no time stamp: ${read.problem}`);
    return bytes;
  });
}

async function post(url: string, body: Uint8Array): Promise<Uint8Array> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {"content-type": "application/timestamp-query"},
      body: Buffer.from(body),
      signal: AbortSignal.timeout(longestMs)
    });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    throw new UsageError(`${url} gave no time stamp: ${error instanceof Error ? error.message : String(error)}${cause}`);
  }
}

export interface ReadTimestamp {
  readonly at: Date | null;
  readonly problem: string | null; // null: it is of these bytes; whose clock it was, only its authority's certificate says
}

export async function readTimestamp(tagmanifest: Uint8Array, token: Uint8Array): Promise<ReadTimestamp> {
  return withFile(token, async (file) => {
    const {code, stdout} = await run("openssl", ["ts", "-reply", "-in", file, "-text"], Buffer.alloc(0));
    const text = stdout.toString();
    if (code !== 0) return {at: null, problem: "it is no answer of a time stamp authority"};
    if (!/^Status: Granted\.$/m.test(text)) return {at: null, problem: "the authority refused"};
    const at = new Date(/^Time stamp: (.+)$/m.exec(text)?.[1] ?? "");
    const stamped = (text.split("Message data:\n")[1]?.split(/^\S/m)[0] ?? "")
      .split("\n")
      .map((line) => (/^ +[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){1,16})/.exec(line)?.[1] ?? "").replaceAll(/[ -]/g, ""))
      .join("");
    const wanted = createHash("sha256").update(tagmanifest).digest("hex");
    if (!/^Hash Algorithm: sha256$/m.test(text) || stamped !== wanted) return {at: null, problem: "it is of other bytes"};
    return Number.isNaN(at.getTime()) ? {at: null, problem: "it has no time"} : {at, problem: null};
  });
}

/** Holds the stamp against the certificates of an authority, which never come from the bag; null when it holds, else why not. */
export async function judgeTimestamp(
  tagmanifest: Uint8Array,
  token: Uint8Array,
  {authority, at}: {authority: string; at: Date}
): Promise<string | null> {
  return withFile(token, (file) =>
    withFile(tagmanifest, async (data) => {
      const args = ["ts", "-verify", "-data", data, "-in", file, "-CAfile", authority, "-attime", String(Math.floor(at.getTime() / 1000))];
      const {code, stdout, stderr} = await run("openssl", args, Buffer.alloc(0));
      if (code === 0 && stdout.toString().includes("Verification: OK")) return null;
      const reason = /:([^:]+):[^:]*:\d+:(.*)$/m.exec(stderr.toString());
      return reason ? `${reason[1]}${reason[2] === "" ? "" : ` (${reason[2]})`}` : "openssl does not verify it";
    })
  );
}

async function withFile<T>(bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "runbook-time-"));
  try {
    const path = join(folder, "bytes");
    writeFileSync(path, bytes);
    return await use(path);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
