// Folds so many events in a process of its own and prints the milliseconds it took.
// node fold-once.mjs <bundle> <fold|in-place|alternate> <events> <steps>
const [module, how, events, steps] = process.argv.slice(2);
const {blank, fold} = await import(module);

const planned = Array.from({length: Number(steps)}, (_, index) => ({
  step: `step-${index}`,
  action: "execute",
  phase: "in-order",
  group: null,
  chosenBy: []
}));
const plan = {section: null, steps: planned};
const at = "2026-01-31T14:30:00.000Z";
const nothing = {bytes: 0, sha256: "", truncated: false};
const execution = {text: "", sha256: "", session: "main", target: "local", host: "", user: "", detail: {}};
const ending = {
  durationMs: 1,
  exit: 0,
  rowCount: null,
  streams: {stdout: nothing, stderr: nothing},
  leftovers: [],
  kept: [],
  redactions: 0
};
const runbook = {path: "a.md", title: "A", revision: null, digest: ""};
const list = [{type: "run-started", v: 1, run: "r", runbook, files: {}, includes: {}, directory: "/", mode: "drill", operator: "o", plan}];

const each = Math.floor(Number(events) / Number(steps)) - 2; // outputs of a step
for (const {step} of planned) {
  list.push({type: "cell-started", step, attempt: 1, execution});
  for (let index = 0; index < each; index++)
    list.push({
      type: "output-written",
      step,
      attempt: 1,
      output: {type: "text", stream: how === "alternate" && index % 2 === 1 ? "stderr" : "stdout", text: "line\n"}
    });
  list.push({type: "cell-ended", step, attempt: 1, outcome: {type: "passed"}, ending});
}
for (const [index, event] of list.entries()) Object.assign(event, {seq: index + 1, at, ms: index});

const began = process.hrtime.bigint();
if (how === "in-place") inPlace(list);
else {
  // As a page does it: a batch for each frame.
  let run = blank;
  for (let from = 0; from < list.length; from += 256) run = fold(list.slice(from, from + 256), run);
  if (run.seq !== list.length) throw new Error(`${run.seq} of ${list.length} events were folded`);
}
console.log(Number(process.hrtime.bigint() - began) / 1e6);

/** The same knowledge, with the same refusals, where nobody keeps an earlier version: everything is changed where it stands. */
function inPlace(events) {
  const run = {seq: 0, start: null, startedAt: null, ended: null, lastMs: 0, steps: new Map()};
  for (const event of events) {
    if (event.seq <= run.seq) continue;
    if (event.seq !== run.seq + 1 || run.ended !== null || (run.start === null && event.type !== "run-started"))
      throw new Error(event.type);
    run.seq = event.seq;
    run.lastMs = event.ms;
    if (event.type === "run-started") {
      run.start = event;
      run.startedAt = event.at;
      for (const {step} of event.plan.steps) run.steps.set(step, {status: "pending"});
      continue;
    }
    const step = run.steps.get(event.step);
    if (step === undefined) throw new Error(event.step);
    switch (event.type) {
      case "cell-started": {
        if (step.status === "running") throw new Error(event.type);
        const {attempt: number, execution, at: startedAt, ms: startedMs} = event;
        step.earlier ??= [];
        if (step.status === "ended") step.earlier.push(step.attempt);
        step.status = "running";
        step.attempt = {number, execution, startedAt, startedMs, outputs: [], checks: [], captures: []};
        break;
      }
      case "output-written":
        if (step.status !== "running" || step.attempt.number !== event.attempt) throw new Error(event.type);
        step.attempt.outputs.push(event.output);
        break;
      case "cell-ended":
        if (step.status !== "running" || step.attempt.number !== event.attempt) throw new Error(event.type);
        step.status = "ended";
        Object.assign(step.attempt, {endedAt: event.at, outcome: event.outcome, ending: event.ending});
        break;
      default:
        throw new Error(event.type);
    }
  }
}
