import {appendFileSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {parseClosing} from "../../src/cli/closing.ts";
import type {DrillRecord} from "../../src/evidence/record.ts";
import {readRun} from "../../src/runtime/runs.ts";
import {fence, usePlace} from "../cli/command.ts";

const place = usePlace();
const record = async (run: string): Promise<DrillRecord> =>
  JSON.parse((await place.runbook("export", run, "--to", "json")).stdout) as DrillRecord;

describe("what only people know of a run", () => {
  it("comes with the call, is added when the run is over, and changes nothing of what was", async () => {
    place.file("a.md", `# A\n\n${fence("bash {#one}", "echo one")}`);
    place.file(
      "before.yaml",
      "closing:\n  scenario: The disk is lost\n  assumptions: none\n  findings: [{finding: slow, severity: low, owner: Bo, due: 2026-03-01}, undocumented]\n"
    );
    place.file("after.yaml", "closing:\n  scenario: The disk of the primary is lost\n  sign-off: {name: Cy, role: approver}\n");
    expect(await place.runbook("exec", "a.md", "--drill", "--operator", "ada", "--answers", "before.yaml")).toMatchObject({exit: 0});
    const run = place.runs().at(-1)!;
    const folder = join(place.folder, ".runbook/runs", run);
    const journal = readFileSync(join(folder, "journal.ndjson"));
    const before = await record(run);
    expect(before.closing).toMatchObject({
      scenario: {value: "The disk is lost", by: "ada", via: "--answers"},
      findings: {
        value: [
          {finding: "slow", severity: "low", owner: "Bo", due: "2026-03-01", ticket: null},
          {finding: "undocumented", owner: null}
        ]
      },
      independence: null,
      signOff: []
    });
    expect(before.unanswered).toEqual(["independence", "reportedTo", "findings", "signOff"].filter((name) => name !== "findings"));

    expect(await place.runbook("close", run, "--answers", "after.yaml", "--operator", "cy")).toMatchObject({exit: 0, stderr: ""});
    expect(readFileSync(join(folder, "journal.ndjson")).subarray(0, journal.length)).toEqual(journal);
    const after = await record(run);
    expect(after.closing.scenario).toMatchObject({value: "The disk of the primary is lost", by: "cy"});
    expect(after.closing.signOff).toMatchObject([{name: "Cy", role: "approver", by: "cy"}]);
    expect(after).toMatchObject({result: before.result, endedAt: before.endedAt, durationMs: before.durationMs, steps: before.steps});
    expect(await readRun(folder)).toMatchObject({damage: null, run: {ended: {outcome: "passed"}}});
    expect(await place.runbook("resume", run)).toMatchObject({exit: 2});
  });

  it("is refused for a run that is not over or is damaged, and where it says nothing", async () => {
    place.file("s.md", "# S\n\n:::gate[Go?]{#go}\n:::\n");
    place.file("w.yaml", "closing: {deviations: {go: because}}\n");
    place.file("n.yaml", "go: confirmed\n");
    place.file("ok.yaml", "closing: {reported-to: the board}\n");
    await place.runbook("exec", "s.md", "--answers", "n.yaml");
    expect((await place.runbook("close", "latest", "--answers", "w.yaml")).stderr).toContain('this run did not deviate at "go"');
    expect((await place.runbook("close", "latest", "--answers", "n.yaml")).stderr).toContain('n.yaml has no "closing"');
    expect((await place.runbook("exec", "s.md", "--answers", "w.yaml")).stderr).toContain("why a run deviated is said when it is over");
    const path = join(place.folder, ".runbook/runs", place.runs().at(-1)!, "journal.ndjson");
    appendFileSync(path, '{"seq":');
    const torn = readFileSync(path);
    expect((await place.runbook("close", "latest", "--answers", "ok.yaml")).stderr).toContain("a journal that is damaged");
    expect(readFileSync(path)).toEqual(torn);
  });
});

describe("the closing of a file of answers", () => {
  const read = (text: string) => parseClosing("a.yaml", text);
  it("is none where a step of that name is answered", () => {
    expect(read("closing: confirmed")).toBeNull();
    expect(read("closing: {answer: confirmed}")).toBeNull();
    expect(read("one: yes")).toBeNull();
  });
  it("tells findings that nobody looked for from none that were found", () => {
    expect(read("closing: {scenario: x}")!.said.findings).toBeNull();
    expect(read("closing: {findings: none}")!.said.findings).toEqual([]);
  });
  for (const [text, message] of [
    ["closing: {scenaro: x}", 'a.yaml: closing: there is no "scenaro"; did you mean "scenario"?'],
    ["closing: {scenario: [x]}", '"scenario" must be a text'],
    ["closing: {findings: [{ownr: x}]}", 'a finding has no "ownr"; did you mean "owner"?'],
    ["closing: {findings: [{owner: x}]}", 'a finding needs a "finding"'],
    ["closing: {sign-off: {name: x}}", '"sign-off" needs a name and a role']
  ] as const)
    it(`refuses ${text}`, () => expect(() => read(text)).toThrow(message));
});
