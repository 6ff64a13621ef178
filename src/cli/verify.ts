import {accessSync, constants} from "node:fs";

import {bagPath} from "../bag/manifest.ts";
import {withBag} from "../bag/open-bag.ts";
import {isRole} from "../bag/signature.ts";
import type {Check, Verification} from "../bag/verify-bag.ts";
import {refuseNoBag, verifyBag} from "../bag/verify-bag.ts";
import {UsageError} from "../model/usage-error.ts";
import {version} from "../runtime/version.ts";
import {readMaterial} from "./material.ts";
import type {Paint} from "./terminal/paint.ts";
import {paintFor} from "./terminal/paint.ts";
import {quiet} from "./terminal/words.ts";

export interface VerifyOptions {
  readonly allowedSigners?: string;
  readonly tsa?: string;
  readonly require?: readonly string[];
  readonly json?: boolean;
}

/** `runbook verify`: 0 when nothing that could be checked is wrong; 1 when something is. */
export async function verify(path: string, {allowedSigners, tsa, require = [], json = false}: VerifyOptions): Promise<number> {
  for (const file of [allowedSigners, tsa]) if (file !== undefined) refuseUnreadable(file);
  for (const role of require) if (!isRole(role)) throw new UsageError(`--require ${role}: expected a role, like approver`);
  if (require.length > 0 && allowedSigners === undefined)
    throw new UsageError("--require needs --allowed-signers FILE: whose keys are whose must be known from elsewhere");
  const verification = await withBag(path, async ({root}) => {
    refuseNoBag(root);
    const trust = {allowedSigners: allowedSigners ?? null, authority: tsa ?? null, require};
    return verifyBag({root, trust, version, readMaterial: (folder) => readMaterial(folder, {stored: bagPath})});
  });
  process.stdout.write(
    json
      ? `${JSON.stringify({bag: path, ...verification}, null, 2)}\n`
      : `${verificationLines(path, verification, paintFor(process.stdout)).join("\n")}\n`
  );
  return verification.holds ? 0 : 1;
}

function refuseUnreadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function verificationLines(path: string, {run, outcome, checks, accepted, holds}: Verification, paint: Paint): readonly string[] {
  return [
    paint.bold(path),
    ...(run === null ? [] : [`  run ${run}, ${outcome}`]),
    ...checks.flatMap((check) => checkLines(check, paint)),
    ...accepted.map((words) => paint.yellow(`! ${quiet(words)}`)),
    holds ? paint.green("nothing that was checked is wrong") : paint.red("this archive does not hold")
  ];
}

function checkLines({check, status, words, problems}: Check, paint: Paint): readonly string[] {
  const name = check.padEnd(10);
  if (status === "verified") return [`${paint.green("✓")} ${name} ${quiet(words)}`];
  if (status === "not-verified") return [`${paint.yellow("–")} ${name} not verified: ${quiet(words)}`];
  const shown = problems.slice(0, 20);
  const more = problems.length - shown.length;
  return [
    ...shown.map((problem, place) => `${place === 0 ? paint.red("✗") : " "} ${place === 0 ? name : " ".repeat(10)} ${quiet(problem)}`),
    ...(more > 0 ? [`  … and ${more} more`] : [])
  ];
}
