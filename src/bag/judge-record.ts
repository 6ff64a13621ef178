/** Whether a record, made by whatever version, tells the verdicts of the journal. */
import type {Material} from "../evidence/material.ts";
import {toRecord} from "../evidence/record.ts";

export function judgeRecord(material: Material, bytes: Uint8Array | null): readonly string[] {
  if (bytes === null) return ["the record is missing"];
  const here = verdictsOf(JSON.parse(JSON.stringify(toRecord(material))));
  let there: readonly (readonly [name: string, value: string])[];
  try {
    there = verdictsOf(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    return ["the record is no JSON of a record"];
  }
  const said = new Map(there);
  const known = new Map(here);
  return [...new Set([...known.keys(), ...said.keys()])].flatMap((name) =>
    known.get(name) === said.get(name)
      ? []
      : [`the record says of ${name} ${said.get(name) ?? "nothing"}, and the journal ${known.get(name) ?? "nothing"}`]
  );
}

/** Fields of every version of the record. */
function verdictsOf(record: unknown): readonly (readonly [name: string, value: string])[] {
  const text = (value: unknown): string => JSON.stringify(value) ?? "nothing";
  const field = (of: unknown, name: string): unknown =>
    typeof of === "object" && of !== null ? (of as Record<string, unknown>)[name] : undefined;
  const list = (of: unknown, name: string): readonly unknown[] => {
    const found = field(of, name);
    return Array.isArray(found) ? found : [];
  };
  const attempts = (step: unknown): string =>
    list(step, "attempts")
      .map((attempt) => text([field(attempt, "number"), field(attempt, "sha256"), field(attempt, "outcome")]))
      .join();
  return [
    ...["id", "mode", "result", "outcome", "startedAt", "endedAt"].map((name) => [`the run's ${name}`, text(field(record, name))] as const),
    ...list(record, "steps").map(
      (step) => [`step ${text(field(step, "id"))}`, `${text(field(step, "standing"))} ${attempts(step)}`] as const
    ),
    ...list(record, "objectives").map(
      (one) => [`objective ${text(field(one, "id"))}`, `${text(field(one, "result"))} ${text(field(one, "actualMs"))}`] as const
    )
  ];
}
