/** A program that performs a run in the folder it is given: one cell that passes, one that prints and never ends. Prints the run's folder. */
import {planRun} from "../../src/model/plan.ts";
import {perform} from "../../src/runtime/perform.ts";
import {cell, conduct, runbook, sh} from "./tiny.ts";

const folder = process.argv[2]!;
const book = runbook([cell("one", "echo done"), cell("two", "echo begun; exec sleep 1000"), cell("three", "true")]);
const performance = await perform({
  runbook: book,
  bytes: Buffer.from("tiny\n"),
  directory: folder,
  runsDirectory: folder,
  plan: planRun(book),
  mode: "drill",
  operator: "ada",
  kinds: [sh],
  environment: {PATH: process.env.PATH ?? ""},
  values: [],
  conductor: conduct(book),
  onEvents: (events) => {
    if (events.some((event) => event.type === "output-written" && event.step === "two")) console.log(performance.folder);
  }
});
