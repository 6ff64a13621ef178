import {readFileSync} from "node:fs";
import {Validator} from "@cfworker/json-schema";
import {toJsonSchema} from "@valibot/to-json-schema";
import * as v from "valibot";
import {describe, expect, test} from "vitest";
import {toRecord} from "../../src/evidence/record.ts";
import {drillRecord} from "../../src/evidence/record-schema.ts";
import {views} from "../../src/evidence/views.ts";
import {golden, journals, materialOf} from "./kept.ts";

const published = (): Validator =>
  new Validator(JSON.parse(readFileSync(new URL("../../schema/drill.schema.json", import.meta.url), "utf8")), "7", false);

describe.each(journals)("journal %s", (name) => {
  test("gives its golden record, which is as the schema says", () => {
    const material = materialOf(name);
    expect(v.parse(drillRecord, toRecord(material))).toEqual(toRecord(material));
    expect(published().validate(JSON.parse(views.json(material))).errors).toEqual([]);
    golden(`goldens/${name}.json`, views.json(material));
  });
});

test("the published JSON Schema says what a record is", () => {
  const schema = toJsonSchema(drillRecord, {errorMode: "throw"});
  golden(
    "../../schema/drill.schema.json",
    `${JSON.stringify({$id: "drill.schema.json", title: "Record of a run of a runbook", ...schema}, null, 2)}\n`
  );
});
