import {expect, test} from "vitest";
import type {MeasuredRun} from "../../src/model/measured-run.ts";
import {measureRun, unmeasuredRun} from "../../src/model/measured-run.ts";
import {computeMetrics} from "../../src/model/metrics.ts";
import {parseRunbook} from "../../src/parser/index.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {answered, asked, began, failed, passed, planned, started, story} from "./story.ts";

const day = 86_400_000;
const now = Date.UTC(2026, 5, 30);
const daysAgo = (days: number): string => new Date(now - days * day).toISOString();
const run = (days: number, rest: Partial<MeasuredRun> = {}): MeasuredRun => ({
  id: `run-${days}`,
  path: "restore.md",
  title: "Restore",
  mode: "drill",
  section: null,
  startedAt: daysAgo(days),
  endedAt: daysAgo(days),
  durationMs: 60_000,
  standing: "passed",
  errors: 0,
  objectives: [],
  sections: [],
  drillEveryMs: 30 * day,
  complete: true,
  ...rest
});
const rto = (actualMs: number | null, result: "met" | "missed" | "not-measured", targetMs = 900_000) => ({
  objectives: [{id: "rto", metric: "rto" as const, title: null, targetMs, actualMs, result}]
});

test("runs of a runbook are counted by outcome, and one that goes on is not counted yet", () => {
  const [metrics] = computeMetrics(
    [
      run(9),
      run(8, {standing: "failed", errors: 2}),
      run(7, {standing: "interrupted", endedAt: null}),
      run(6, {path: "./restore.md", mode: "recovery", errors: 1}),
      run(0, {standing: "running"})
    ],
    {now}
  );
  expect(metrics).toMatchObject({
    runs: 4,
    drills: 3,
    outcomes: {passed: 2, failed: 1, interrupted: 1},
    successRate: 0.5,
    errors: {last: 1, total: 3}
  });
});

test("an objective is told by its last, median and worst time, with the target of the last run", () => {
  const [metrics] = computeMetrics(
    [
      run(4, rto(600_000, "met")),
      run(3, rto(1_200_000, "missed")),
      run(2, rto(null, "not-measured")),
      run(1, rto(700_000, "met", 800_000))
    ],
    {now}
  );
  expect(metrics!.objectives).toEqual([
    {
      id: "rto",
      metric: "rto",
      title: null,
      targetMs: 800_000,
      actualMs: {last: 700_000, median: 700_000, worst: 1_200_000, of: 3},
      met: 2,
      judged: 3
    }
  ]);
});

test("a drill is overdue when the last good one of the whole runbook is too long ago, or there never was one", () => {
  const due = (...runs: readonly MeasuredRun[]) => computeMetrics(runs, {now})[0]!.drill;
  expect(due(run(29))).toMatchObject({due: "in time", lastGood: {run: "run-29"}, sinceMs: 29 * day});
  expect(due(run(31))).toMatchObject({due: "overdue"});
  expect(due(run(31), run(2, {standing: "failed"}))).toMatchObject({due: "overdue", lastGood: {run: "run-31"}});
  expect(due(run(2, {mode: "recovery"}))).toMatchObject({due: "overdue", lastGood: null});
  expect(due(run(2, {section: "one"}))).toMatchObject({due: "overdue", lastGood: null});
  expect(due(run(100, {drillEveryMs: null}))).toMatchObject({due: null});
  const never = {path: "other.md", title: "Other", drillEveryMs: day};
  expect(computeMetrics([], {now, runbooks: [never]})).toMatchObject([{path: "other.md", runs: 0, drill: {due: "overdue"}}]);
  const tightened = {path: "restore.md", title: "Restore", drillEveryMs: day};
  expect(computeMetrics([run(2)], {now, runbooks: [tightened]})).toMatchObject([{drill: {everyMs: day, due: "overdue"}}]);
});

test("a run of which only the register is left counts with its outcome and nothing else", () => {
  const {id, path, title, mode, section, startedAt, endedAt, durationMs, standing} = run(3, {standing: "failed"});
  const gone = unmeasuredRun({id, path, title, mode, section, startedAt, endedAt, durationMs, standing});
  expect(computeMetrics([run(4), gone], {now})).toMatchObject([
    {runs: 2, unread: 1, outcomes: {passed: 1, failed: 1}, drill: {everyMs: 30 * day}}
  ]);
});

test("a section with an estimate is measured from the first fact of its steps to the last, and an estimate that does not hold gets a proposal", () => {
  const text = `# S\n\n## One\n\n::procedure{estimate="10s"}\n\n\`\`\`bash {#a}\n:\n\`\`\`\n\n:::gate[G]{#g}\n:::\n\n## Two\n\n::procedure{estimate="1s..5m"}\n\n\`\`\`bash {#b}\n:\n\`\`\`\n`;
  const runbook = parseRunbook(Buffer.from(text), {path: "restore.md", kinds});
  const head = run(1);
  const whole = story(
    started("a", planned("g", {action: "ask"}), "b"),
    began("a"),
    passed("a"),
    asked("g"),
    answered("g", "confirmed"),
    began("b"),
    failed("b", "no")
  );
  const measured = measureRun(head, runbook, whole);
  expect(measured.errors).toBe(1);
  expect(measured.sections).toEqual([{id: "one", title: "One", estimate: {minMs: 10_000, maxMs: 10_000}, measuredMs: 3000}]);
  const [metrics] = computeMetrics([measured, run(0, {sections: [{...measured.sections[0]!, measuredMs: 131_000}]})], {now});
  expect(metrics!.estimates).toMatchObject([{section: "one", holds: false, proposed: {minMs: 3000, maxMs: 150_000}}]);
});
