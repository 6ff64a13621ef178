import {afterEach, expect, test} from "vitest";

import type {ServedDocument} from "../../src/model/served.ts";
import type {Kitchen} from "./kitchen.ts";
import {openKitchen, stands, step, until} from "./kitchen.ts";

let kitchen: Kitchen | undefined;
afterEach(() => kitchen?.close());

test("a page learns how long the cells of its runbook took in the run before, as far as they passed", async () => {
  const text = "# A\n\n```bash {#one}\nsleep 0.2\n```\n\n```bash {#two}\nfalse\n```\n";
  kitchen = await openKitchen({"a.md": text, "b.md": "# B\n\n```bash {#one}\ntrue\n```\n"});
  const lastMs = async (name: string) => ((await (await kitchen!.ask(`/api/document?runbook=${name}`)).json()) as ServedDocument).lastMs;
  expect(await lastMs("a.md")).toEqual({});
  const desk = await kitchen.desk("a.md");
  await desk.command({type: "run", to: null, section: null}, "ada");
  await until(() => stands(desk.run, "two") === "failed");
  expect(await lastMs("a.md")).toEqual({}); // that is the run that is going on
  await desk.command({type: "finish", why: ""}, "ada");
  await until(() => desk.run.ended !== null);
  await desk.command({type: "begin-again"}, "ada");
  const known = await lastMs("a.md");
  expect(Object.keys(known ?? {})).toEqual(["one"]);
  expect(known![step("one")]).toBeGreaterThanOrEqual(190);
  expect(await lastMs("b.md")).toEqual({});
});
