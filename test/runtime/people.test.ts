import {describe, expect, test} from "vitest";
import type {Answer, Question} from "../../src/model/event.ts";
import {stepRun} from "../../src/model/run.ts";
import type {Decision, Gate, Input, Runbook, SectionId, StepId} from "../../src/model/runbook.ts";
import {standing} from "../../src/model/standing.ts";
import type {Answered} from "../../src/runtime/conductor.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {begin} from "./begin.ts";
import {fence, parse} from "./document.ts";
import {cell, conduct, expression, runbook, section, span} from "./tiny.ts";

const id = (name: string): StepId => name as StepId;
const step = {written: true, title: null, section: "main" as SectionId, uses: [], span};
const gate: Gate = {...step, type: "gate", id: id("gate"), role: "commander", nodes: []};
const decision: Decision = {
  ...step,
  type: "decision",
  id: id("decision"),
  choices: ["Yes", "No"].map((label) => ({label, file: null, section: label.toLowerCase() as SectionId, span})),
  choose: expression('steps["probe"].exit == 0 ? "Yes" : "No"'),
  nodes: []
};
const answer = (answer: Answer): Answered => ({answer, by: "bo", note: "", via: "page"});
const input = (name: string, rest: Partial<Input> = {}): Input => ({
  name,
  label: name,
  type: "string",
  default: null,
  optional: false,
  choices: [],
  pattern: null,
  from: null,
  section: "main" as SectionId,
  span,
  ...rest
});
const begun = (book: Runbook, ask: (question: Question) => Answered | null) =>
  begin(book, {conductor: conduct(book, {ask: async (_, question) => ask(question)})});

describe("a question", () => {
  test("that is answered lets the run go on, and its wait is counted", async () => {
    const {performance} = await begun(runbook([gate, cell("after", "true")]), () => answer({type: "confirmed"}));
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    expect(stepRun(run, id("gate"))).toMatchObject({status: "answered", by: "bo", question: {type: "gate", role: "commander"}});
    expect([...run.waits]).toHaveLength(1);
  });

  test("that is refused fails the run", async () => {
    const {performance} = await begun(runbook([gate, cell("after", "true")]), () => ({...answer({type: "refused"}), note: "not today"}));
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "failed", reason: '"gate" was refused by bo: not today'});
    expect(standing(stepRun(run, id("after")))).toBe("pending");
  });

  test("that nobody answers stops the run, and clean-up still runs", async () => {
    const clean = cell("clean", "echo clean", {section: "clean" as SectionId});
    const book = runbook([gate, cell("after", "true"), clean], {sections: [section("main"), section("clean", {rule: "always"})]});
    const run = await (await begun(book, () => null)).performance.done;
    expect(run.ended).toMatchObject({outcome: "stopped", reason: 'stopped at "gate": nobody answered'});
    expect(standing(stepRun(run, id("clean")))).toBe("passed");
  });

  test("of a decision comes with the document's proposal, and only what was chosen runs", async () => {
    const probe = cell("probe", "exit 3", {expect: ["exit == 3"]});
    const yes = cell("when-yes", "true", {section: "yes" as SectionId});
    const no = cell("when-no", "true", {section: "no" as SectionId});
    const book = runbook([probe, decision, yes, no], {
      sections: [section("main"), section("yes", {rule: "chosen"}), section("no", {rule: "chosen"})]
    });
    const asked: Question[] = [];
    const {performance} = await begun(book, (question) => {
      asked.push(question);
      return question.type === "decision" ? answer({type: "chosen", choice: question.proposed!, proposed: true}) : null;
    });
    const run = await performance.done;
    expect(asked).toMatchObject([{type: "decision", proposed: 1}]);
    expect(run.ended).toMatchObject({outcome: "passed"});
    expect(stepRun(run, id("when-yes"))).toMatchObject({status: "skipped", reason: 'not chosen at "decision"'});
    expect(standing(stepRun(run, id("when-no")))).toBe("passed");
  });

  test("of a gate says exactly what is behind it, up to the next question: the text, the place, the values and their hash", async () => {
    const drop = cell("drop", 'echo gone "$NAME"', {config: "drops everything", uses: ["NAME"]});
    const later = cell("later", 'echo "$FOUND"', {config: "ends it", uses: ["FOUND"]});
    const second: Gate = {...gate, id: id("second")};
    const book = runbook([cell("before", "true"), gate, drop, later, second, cell("after", "true")], {
      inputs: [input("NAME", {default: "shop"})]
    });
    const asked: Question[] = [];
    const conductor = conduct(book, {
      ask: async (_, question) => {
        asked.push(question);
        return question.type === "gate" ? answer({type: "confirmed"}) : null;
      }
    });
    await (await begin(book, {conductor})).performance.done;
    const [first, confirmation] = asked;
    if (first?.type !== "gate" || confirmation?.type !== "confirmation") throw new Error(JSON.stringify(asked));
    expect(first.releases).toEqual([
      {
        step: "drop",
        target: expect.stringContaining("local"),
        reasons: ["drops everything"],
        unknown: [],
        values: {NAME: "shop"},
        text: drop.source,
        sha256: confirmation.sha256
      },
      {
        step: "later",
        target: expect.stringContaining("local"),
        reasons: ["ends it"],
        unknown: ["what FOUND will be"],
        values: {},
        text: later.source,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/)
      }
    ]);
  });

  test("of a gate holds for what it showed: another value afterwards is a deviation, a value that nobody knew is none", async () => {
    const drop = cell("drop", 'echo "gone $NAME"', {uses: ["NAME"], capture: {FOUND: {}}});
    const later = cell("later", 'echo "$FOUND"', {uses: ["FOUND"]});
    const book = runbook([gate, drop, later], {inputs: [input("NAME", {default: "shop"})]});
    let set: () => Promise<unknown> = async () => {};
    const conductor = conduct(book, {
      ask: async () => {
        await set();
        return answer({type: "confirmed"});
      }
    });
    const {performance} = await begin(book, {conductor});
    set = () => performance.record({type: "input-set", name: "NAME", value: "bank", secret: false, by: "cy", via: "page"});
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    expect([...run.deviations]).toMatchObject([
      {
        deviation: "not-as-confirmed",
        step: "drop",
        by: "ada",
        why: 'since "gate" was confirmed: NAME was "shop", is "bank"'
      }
    ]);
  });

  test("of a gate says what an include behind it will set, and that is no deviation when it comes", async () => {
    const book = runbook([gate, cell("in.drop", 'echo "$NAME"', {uses: ["NAME"]})], {
      inputs: [input("NAME", {default: "shop"})],
      includes: [
        {id: "in", file: null, section: null, on: {}, own: false, set: {NAME: "bank"}, before: 1, within: "main" as SectionId, span}
      ]
    });
    const asked: Question[] = [];
    const conductor = conduct(book, {
      ask: async (_, question) => {
        asked.push(question);
        return answer({type: "confirmed"});
      }
    });
    const given = [{name: "NAME", value: "shop", by: "ada", via: "--set" as const}];
    const run = await (await begin(book, {conductor, values: given})).performance.done;
    expect(asked).toMatchObject([{type: "gate", releases: [{step: "in.drop", values: {NAME: "bank"}, unknown: []}]}]);
    expect(run.variables.get("NAME")?.value).toBe("bank");
    expect([...run.deviations]).toEqual([]);
  });

  test("that is withdrawn leaves the run open", async () => {
    const book = runbook([gate, cell("after", "true")]);
    let asked = 0;
    let withdraw = (): void => {};
    const {performance} = await begin(book, {
      conductor: conduct(book, {
        ask: async () => {
          if (++asked > 1) return answer({type: "confirmed"});
          withdraw();
          return new Promise(() => {});
        }
      })
    });
    withdraw = () => void performance.cancelStep("bo");
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    expect(asked).toBe(2);
  });
});

describe("a cell that would destroy something", () => {
  const drop = cell("drop", 'echo gone "$NAME"', {config: "drops everything", uses: ["NAME"]});

  test("is confirmed with its text, reasons and present values", async () => {
    const book = runbook([drop], {inputs: [input("NAME", {default: "shop"})]});
    const {performance} = await begun(book, () => answer({type: "confirmed"}));
    const run = await performance.done;
    const now = stepRun(run, id("drop"));
    expect(now).toMatchObject({
      status: "ended",
      confirmed: {by: "bo", question: {type: "confirmation", reasons: ["drops everything"], values: {NAME: "shop"}, text: drop.source}}
    });
    expect(run.ended).toMatchObject({outcome: "passed"});
  });

  test("does not start while nobody confirms it, and its hash changes with the value", async () => {
    const hashes = new Set<string>();
    for (const name of ["shop", "shop", "blog"]) {
      const book = runbook([drop], {inputs: [input("NAME", {default: name})]});
      const {performance, events} = await begun(book, (question) => {
        if (question.type === "confirmation") hashes.add(question.sha256);
        return null;
      });
      const run = await performance.done;
      expect(run.ended).toMatchObject({outcome: "stopped", reason: 'stopped at "drop": nobody confirmed it'});
      expect(events.some(({type}) => type === "cell-started")).toBe(false);
    }
    expect(hashes.size).toBe(2);
  });

  test("needs no confirmation when the document says why it is safe", async () => {
    const safe = cell("drop", "true", {config: "drops everything", options: {safe: "a scratch database"}});
    const run = await (await begun(runbook([safe]), () => null)).performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
  });
});

describe("an input", () => {
  const greet = cell("greet", 'echo "hello $NAME"', {uses: ["NAME"], expect: ['stdout == "hello " + vars.NAME + "\\n"']});

  test("is asked for before the first step that uses it", async () => {
    const book = runbook([cell("first", "true"), greet], {inputs: [input("NAME")]});
    const {performance, events} = await begin(book, {
      conductor: conduct(book, {value: async ({name}) => ({name, value: "Ada", by: "bo", via: "page"})})
    });
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    const types = events.map(({type}) => type);
    expect(types.indexOf("input-asked")).toBeGreaterThan(types.indexOf("cell-ended"));
    expect(run.variables.get("NAME")).toEqual({value: "Ada", secret: false, step: null});
  });

  test("that is optional, and that nobody gives, is empty, and the record says that it was not given", async () => {
    const {performance} = await begun(runbook([greet], {inputs: [input("NAME", {optional: true})]}), () => null);
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    expect(run.inputs.get("NAME")).toMatchObject({status: "set", value: "", via: "not-given"});
  });

  test("that nobody gives stops the run before the step", async () => {
    const run = await (await begin(runbook([greet], {inputs: [input("NAME")]}))).performance.done;
    expect(run.ended).toMatchObject({outcome: "stopped", reason: 'stopped before "greet": nobody gave a value for NAME'});
  });

  test("comes from the call before the environment before the default", async () => {
    const book = runbook([greet], {inputs: [input("NAME", {default: "default", from: "WHO"})]});
    const given = {name: "NAME", value: "given", by: "ada", via: "--set"} as const;
    const environment = {PATH: process.env.PATH!, WHO: "environment"};
    for (const [request, value, via] of [
      [{}, "default", "default"],
      [{environment}, "environment", "environment"],
      [{environment, values: [given]}, "given", "--set"]
    ] as const) {
      const run = await (await begin(book, request)).performance.done;
      expect(run.inputs.get("NAME")).toMatchObject({status: "set", value, via});
    }
  });

  test("whose given value will not do is refused before anything runs", async () => {
    const book = runbook([greet], {inputs: [input("NAME", {pattern: "[a-z]+"})]});
    await expect(begin(book, {values: [{name: "NAME", value: "Ada!", by: "ada", via: "--set"}]})).rejects.toThrow(
      '--set: "NAME" must match [a-z]+, not "Ada!"'
    );
  });

  test("that is secret stands nowhere in the run's folder, however it is printed", async () => {
    const secret = "pa's/w+rd:é9";
    const show = cell("show", 'echo "$NAME"; printf %s "$NAME" | base64; printf "%q\\n" "$NAME" >&2; declare -p NAME', {
      uses: ["NAME"],
      expect: ["stdout.contains(vars.NAME)"]
    });
    const {performance, events} = await begin(runbook([show], {inputs: [input("NAME", {type: "secret"})]}), {
      values: [{name: "NAME", value: secret, by: "ada", via: "--set"}]
    });
    const run = await performance.done;
    expect(run.ended).toMatchObject({outcome: "passed"});
    const now = stepRun(run, id("show"));
    expect(now.status === "ended" && now.attempt.ending.redactions).toBe(4);
    expect(JSON.stringify(events)).not.toMatch(/w\+rd|dytyZD|\\303/);
    expect(run.variables.get("NAME")).toEqual({value: "[redacted:NAME]", secret: true, step: null});
  });
});

describe("a run that stops at a question after a confirmed cell", () => {
  const text = `# B\n\n${fence("bash {#drop confirm retries=1 every=1ms}", "echo x >> tried; test $(wc -l < tried) = 2")}
:::gate[Go on?]{#go}\nReally?\n:::
\n## Undo\n\n::procedure{run=on-failure}\n\n${fence("bash {#undo}", "touch undone")}
## Clean\n\n::procedure{run=always}\n\n${fence("bash {#clean}", "test ! -e undone")}`;

  test("undoes nothing, cleans up, and says what stands", async () => {
    const book = parse(text);
    const ask = async (_: unknown, {type}: Question) => (type === "confirmation" ? answer({type: "confirmed"}) : null);
    const run = await (await begin(book, {kinds, conductor: conduct(book, {ask})})).performance.done;
    expect(run.ended).toMatchObject({outcome: "stopped", reason: 'stopped at "Go on?": nobody answered'});
    expect(run.ended!.notes).toEqual([
      'stopped after "drop" had been confirmed and begun: what was done stands, as sections for failures ("Undo") run only after a failure; a person must decide whether to undo it or to go on'
    ]);
    expect(stepRun(run, id("undo")).status).toBe("pending");
    expect(stepRun(run, id("clean"))).toMatchObject({status: "ended", attempt: {outcome: {type: "passed"}}});
  });
});
