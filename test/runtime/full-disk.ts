/** A program that performs a run of many cells, each of which leaves a file; says how that went. */
import {planRun} from "../../src/model/plan.ts";
import {perform} from "../../src/runtime/perform.ts";
import {cell, conduct, runbook, sh} from "./tiny.ts";

const folder = process.argv[2]!;
const book = runbook(
  Array.from({length: 200}, (_, index) => cell(`cell-${index}`, `echo ${index}; touch "$RUNBOOK_DIRECTORY/ran-${index}"`))
);
const performance = await perform({
  runbook: book,
  bytes: Buffer.from("tiny\n"),
  directory: folder,
  runsDirectory: `${folder}/runs`,
  plan: planRun(book),
  mode: "drill",
  operator: "ada",
  kinds: [sh],
  environment: {PATH: process.env.PATH ?? ""},
  values: [],
  conductor: conduct(book),
  onEvents: () => {}
});
const ended = await performance.done.then(
  (run) => run.ended!.outcome,
  (error) => String(error)
);
console.log(JSON.stringify({folder: performance.folder, ended}));
