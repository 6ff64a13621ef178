import {closeSync, mkdirSync, mkdtempSync, openSync, writeSync} from "node:fs";
import {join} from "node:path";

import {bundle} from "./bundle.mjs";
import {inMs, interleave, ratio} from "./measure.mjs";

const count = 50_000;

/** Measure 10: what an event costs on its way to the disk, beside a line that is only written; and how often the disk is waited for. */
export async function journalCost({folder, rounds}) {
  const parts = await import(await bundle("bench/parts.ts"));
  const output = {
    type: "output-written",
    step: "hello",
    attempt: 1,
    output: {type: "text", stream: "stdout", text: "checkpoint complete\n"}
  };
  const fresh = () => mkdtempSync(join(folder, "journal-"));
  const times = await interleave(rounds, {
    "50 000 events": async () => {
      const journal = await parts.openJournal(fresh(), {accept() {}, hear() {}});
      const began = process.hrtime.bigint();
      for (let index = 0; index < count; index++) {
        journal.write(output);
        if (index % 1000 === 999) await journal.settle();
      }
      await journal.settle();
      const ms = Number(process.hrtime.bigint() - began) / 1e6;
      await journal.close();
      return ms;
    },
    "50 000 lines": () => {
      const file = openSync(join(fresh(), "lines"), "a");
      const began = process.hrtime.bigint();
      for (let index = 0; index < count; index++)
        writeSync(file, `${JSON.stringify({...output, seq: index, at: new Date().toISOString()})}\n`);
      const ms = Number(process.hrtime.bigint() - began) / 1e6;
      closeSync(file);
      return ms;
    }
  });
  const quiet = (cells) => `# Quiet\n\n${Array.from({length: cells}, (_, index) => `\`\`\`bash {#cell-${index}}\n:\n\`\`\`\n`).join("\n")}`;
  const one = await syncsOf(parts, folder, quiet(1));
  const eleven = await syncsOf(parts, folder, quiet(11));
  const loud = "# Loud\n\n```bash {#loud}\nfor i in {1..200}; do echo $i; sleep 0.01; done\n```\n";
  const printing = await syncsOf(parts, folder, loud);
  return {
    rows: [
      {what: "10 journal, an event", beside: "a line that is written", value: ratio(times, "50 000 events", "50 000 lines"), target: 2},
      {what: "10 syncs for a quiet cell", beside: "count", value: (eleven.syncs - one.syncs) / 10, target: 2},
      {what: "10 syncs for output, a second", beside: "count", value: (printing.syncs - one.syncs) / (printing.ms / 1000), target: 20}
    ],
    note: inMs(times)
  };
}

/** Performs a runbook of cells in this process. */
async function syncsOf({parseRunbook, planRun, perform, kinds}, folder, text) {
  const bytes = Buffer.from(text);
  const runbook = parseRunbook(bytes, {path: "bench.md", kinds});
  const steps = runbook.steps.map(({id}) => id);
  const runsDirectory = join(folder, "runs-10");
  mkdirSync(runsDirectory, {recursive: true});
  const began = performance.now();
  const performed = await perform({
    runbook,
    bytes,
    directory: folder,
    runsDirectory,
    plan: planRun(runbook),
    mode: "drill",
    operator: "bench",
    kinds,
    environment: {PATH: process.env.PATH},
    values: [],
    conductor: {
      choose: async () => {
        const step = steps.shift();
        return step === undefined ? {type: "end"} : {type: "pass", step, by: null};
      },
      ask: async () => null,
      value: async () => null
    },
    onEvents() {}
  });
  const run = await performed.done;
  if (run.ended.outcome !== "passed") throw new Error(`the run ${run.ended.outcome}: ${run.ended.reason}`);
  return {syncs: performed.syncs, ms: performance.now() - began};
}
