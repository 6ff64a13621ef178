/** The tag files of a bag that say what it is. */
import type {Material} from "../evidence/material.ts";
import {digestProgram} from "../evidence/page-program.ts";
import type {Finding} from "./scan.ts";

export const bagitText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/** Findings that were taken over into the archive on purpose. */
export interface Waiver {
  readonly why: string;
  readonly findings: readonly string[];
}

export function bagInfo(
  {run, journal, page}: Material,
  {
    bytes,
    files,
    version,
    waiver
  }: {readonly bytes: number; readonly files: number; readonly version: string; readonly waiver: Waiver | null}
): string {
  const start = run.start!;
  const fields: readonly (readonly [label: string, value: string])[] = [
    ["External-Identifier", start.run],
    ["External-Description", `${start.mode} of ${start.runbook.title} (${start.runbook.path})`],
    ["Run-Started", run.startedAt!],
    ["Run-Ended", run.ended?.at ?? "nobody saw its end"],
    ["Run-Outcome", run.ended?.outcome ?? "interrupted"],
    ["Operator", start.operator],
    ["Runbook-SHA256", start.runbook.digest],
    ["Journal-SHA256", journal.sha256],
    ["Payload-Oxum", `${bytes}.${files}`],
    ["Bag-Software-Agent", `runbook ${version}`],
    ["Page-SHA256", digestProgram(page)],
    ...(waiver ? [["Accepted-Findings", waiver.why] as const, ...waiver.findings.map((finding) => ["Finding", finding] as const)] : [])
  ];
  return fields.map(([label, value]) => `${label}: ${oneLine(value)}\n`).join("");
}

/** What a bag says of its making; null where it says nothing. */
export interface Making {
  readonly version: string | null; // of the program
  readonly page: string | null; // the sha256 of script and style of its page
  readonly waiver: Waiver | null;
}

export function readBagInfo(text: string): Making {
  const valuesOf = (label: string): readonly string[] =>
    text.split("\n").flatMap((line) => (line.startsWith(`${label}: `) ? [line.slice(label.length + 2)] : []));
  const [agent] = valuesOf("Bag-Software-Agent");
  const [page = null] = valuesOf("Page-SHA256");
  const [why] = valuesOf("Accepted-Findings");
  return {
    version: agent?.startsWith("runbook ") ? agent.slice("runbook ".length) : null,
    page,
    waiver: why === undefined ? null : {why, findings: valuesOf("Finding")}
  };
}

export const describeFinding = ({path, what}: Finding, line: number): string => `${path}:${line} looks like ${what}`;

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
