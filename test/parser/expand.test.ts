import {expect, test} from "vitest";
import type {Runbook} from "../../src/model/runbook.ts";
import {pathOf} from "../../src/model/runbook.ts";
import {type OpenedRunbook, openRunbook} from "../../src/parser/index.ts";
import {kinds} from "./kinds.ts";

const bash = (id: string, options = ""): string => `\`\`\`bash {#${id}${options}}\ntrue\n\`\`\`\n`;

/** Opens `runbooks/restore.md`; the other files are named from its folder. */
function open(text: string, files: Readonly<Record<string, string>> = {}): OpenedRunbook {
  const encoder = new TextEncoder();
  const readFile = (path: string) => (path in files ? encoder.encode(files[path]) : null);
  return openRunbook(encoder.encode(text), {path: "runbooks/restore.md", kinds, readFile});
}
const problems = ({runbook}: OpenedRunbook): readonly string[] =>
  runbook.problems.filter(({severity}) => severity === "error").map(({path, span, message}) => `${path}:${span.line}: ${message}`);
const steps = ({runbook}: OpenedRunbook): readonly string[] => runbook.steps.map(({id}) => id);
const outline = (runbook: Runbook): readonly string[] =>
  runbook.sections.map(({id, depth, parent, rule, include}) => `${depth} ${id} < ${parent} ${rule} ${include}`);
const cell = ({runbook}: OpenedRunbook, id: string) => {
  const found = runbook.steps.find((step) => step.id === id);
  if (found?.type !== "cell") throw new Error(`no cell ${id}`);
  return found;
};

const verification = `---
connections: {default: embedded, audit: embedded}
secrets: [AUDIT_TOKEN]
requires: ["psql >= 15"]
files: ["sql/*.sql"]
---
# Verification
${bash("elsewhere")}
::input[Expected]{#EXPECTED type=int}

## Data integrity

See [the rows](#rows), [the leaf](leaf.md) and ![a picture](rows.png).

### Rows

\`\`\`sql {#rows}
select 1
\`\`\`
::expect{that='steps["count"].exit == 0 && vars.EXPECTED != ""'}

\`\`\`sql {#audited on=audit when='steps["rows"].outcome == "passed"'}
select 2
\`\`\`
::milestone[Counted]{#counted}
::objective{#rto metric=rto max=1h from=counted to=counted}
::include{#deep src="../leaf.md" on="local=local"}
`;
const leaf = `# Leaf\n${bash("leaf", ' when=\'steps["rows"].outcome == "passed"\'')}`;
const restore = `---
connections: {restored: embedded, archive: embedded}
secrets: [ROOT_TOKEN]
---
# Restore
${bash("count").trimEnd()}
::capture{#MANIFEST}

::milestone[Before]{#before}
::include{#verify src="shared/verification.md#data-integrity" on="default=restored, audit=archive" set="EXPECTED=$MANIFEST"}
::milestone[After]{#after}

${bash("last", ' when=\'steps["verify.deep.leaf"].outcome == "passed"\'')}
::objective{#rto metric=rto max=1h from=verify.counted to=after}

## End
${bash("end")}`;
const files = {"shared/verification.md": verification, "leaf.md": leaf};

test("the steps of an include stand in its place, under its id", () => {
  const opened = open(restore, files);
  expect(problems(opened)).toEqual([]);
  expect(steps(opened)).toEqual(["count", "verify.rows", "verify.audited", "verify.deep.leaf", "last", "end"]);
  expect(outline(opened.runbook)).toEqual([
    "1 restore < null in-order null",
    "2 verify.data-integrity < restore in-order verify",
    "3 verify.rows < verify.data-integrity in-order verify",
    "4 verify.deep.leaf < verify.rows in-order verify.deep",
    "2 end < restore in-order null"
  ]);
});

test("the places of what is included name its file", () => {
  const {runbook} = open(restore, files);
  expect(runbook.steps.map(({span}) => `${pathOf(runbook, span)}:${span.line}`)).toEqual([
    "runbooks/restore.md:6",
    "runbooks/shared/verification.md:20",
    "runbooks/shared/verification.md:25",
    "runbooks/leaf.md:2",
    "runbooks/restore.md:15",
    "runbooks/restore.md:22"
  ]);
});

test("connections are called what they are called here, and sessions are the include's own", () => {
  const opened = open(restore, files);
  const at = (id: string) => [cell(opened, id).options.on, cell(opened, id).options.session];
  expect(at("verify.rows")).toEqual(["restored", "verify.main"]);
  expect(at("verify.audited")).toEqual(["archive", "verify.main"]);
  expect(at("verify.deep.leaf")).toEqual([null, "verify.deep.main"]);
  expect(opened.runbook.includes.map(({id, on, before}) => [id, on, before])).toEqual([
    ["verify", {default: "restored", audit: "archive"}, 1],
    ["verify.deep", {default: "restored", audit: "archive", local: "local"}, 3]
  ]);
});

test("ids are read in the included part first, then in what includes it", () => {
  const opened = open(restore, files);
  expect(cell(opened, "verify.rows").expectations[0]!.that.reads).toEqual(["steps.count", "vars.EXPECTED"]);
  expect(cell(opened, "verify.audited").options.when!.reads).toEqual(["steps.verify.rows"]);
  expect(cell(opened, "verify.deep.leaf").options.when!.reads).toEqual(["steps.verify.rows"]);
});

test("milestones keep their places; objectives are not taken over", () => {
  const {runbook} = open(restore, files);
  expect(runbook.milestones.map(({id, before}) => [id, before])).toEqual([
    ["before", 1],
    ["verify.counted", 3],
    ["after", 4]
  ]);
  expect(runbook.objectives.map(({id}) => id)).toEqual(["rto"]);
});

test("secrets, required programs and files are added, connections are not", () => {
  const {runbook, included} = open(restore, files);
  expect(runbook.settings.secrets).toEqual(["ROOT_TOKEN", "AUDIT_TOKEN"]);
  expect(runbook.settings.requires.map(({program, span}) => [program, span.file])).toEqual([["psql", "runbooks/shared/verification.md"]]);
  expect(Object.keys(runbook.settings.connections)).toEqual(["restored", "archive"]);
  expect(runbook.included.map(({file, files}) => [file, files])).toEqual([
    ["leaf.md", []],
    ["shared/verification.md", ["sql/*.sql"]]
  ]);
  expect(new TextDecoder().decode(included.get("leaf.md"))).toBe(leaf);
});

test("connections come along where an include says `own`, and with what a choice leads to", () => {
  const {runbook} = open(
    `---\nconnections: {default: "service=here", copy: "service=copy"}\n---\n# Restore\n
::include{#a src="verify.md" on="own"}
::include{#b src="verify.md" on="default=copy, audit=copy"}
:::decision[Which?]{#which}\n- [The other](verify.md)\n:::\n`,
    {
      "verify.md": `---\nconnections: {default: "service=there", audit: "service=audit", unused: "service=unused"}\n---\n# Verify
\n\`\`\`sql {#rows}\nselect 1\n\`\`\`\n\n\`\`\`sql {#log on=audit}\nselect 2\n\`\`\`\n\n::include{#deep src="deep.md" on="own"}\n`,
      "deep.md": `---\nconnections: {default: "service=deep"}\n---\n# Deep\n\n\`\`\`sql {#rows}\nselect 3\n\`\`\`\n`
    }
  );
  const errors = runbook.problems.filter(({severity}) => severity === "error");
  expect(errors).toEqual([]);
  expect(runbook.steps.flatMap((step) => (step.type === "cell" ? [[step.id, step.options.on]] : []))).toEqual([
    ["a.rows", "a.default"],
    ["a.log", "a.audit"],
    ["a.deep.rows", "a.deep.default"],
    ["b.rows", "copy"],
    ["b.log", "copy"],
    ["b.deep.rows", "b.deep.default"],
    ["which.the-other.rows", "which.the-other.default"],
    ["which.the-other.log", "which.the-other.audit"],
    ["which.the-other.deep.rows", "which.the-other.deep.default"]
  ]);
  expect(Object.fromEntries(Object.entries(runbook.settings.connections).map(([name, {url}]) => [name, url]))).toEqual({
    default: "service=here",
    copy: "service=copy",
    "a.default": "service=there",
    "a.audit": "service=audit",
    "a.deep.default": "service=deep",
    "b.deep.default": "service=deep",
    "which.the-other.default": "service=there",
    "which.the-other.audit": "service=audit",
    "which.the-other.deep.default": "service=deep"
  });
  expect(runbook.includes.map(({id, on}) => [id, on["default"]])).toEqual([
    ["a", "a.default"],
    ["a.deep", "a.deep.default"],
    ["b", "copy"],
    ["b.deep", "b.deep.default"],
    ["which.the-other", "which.the-other.default"],
    ["which.the-other.deep", "which.the-other.deep.default"]
  ]);
});

test("links of included prose lead where they led, and inputs that are set are not asked for", () => {
  const {runbook} = open(restore, files);
  const prose = JSON.stringify(runbook.sections.find(({id}) => id === "verify.data-integrity")!.nodes);
  for (const url of ["#verify.rows", "shared/leaf.md", "shared/rows.png"]) expect(prose).toContain(`"url":"${url}"`);
  expect(JSON.stringify(runbook.sections)).not.toContain('"of":"input"');
  expect(runbook.inputs.map(({name, section}) => [name, section])).toEqual([["EXPECTED", "verify.data-integrity"]]);
  expect(cell(open(restore, files), "verify.rows").uses).toEqual(["EXPECTED"]);
});

test("a section of this document runs here once more, in the same session", () => {
  const opened = open(`# A\n::include{#again src="#end"}\n## End\n::procedure{run=chosen}\n${bash("end")}`);
  expect(steps(opened)).toEqual(["again.end", "end"]);
  expect(cell(opened, "again.end").options.session).toBe("main");
  expect(outline(opened.runbook)).toEqual(["1 a < null in-order null", "2 again.end < a in-order again", "2 end < a chosen null"]);
});

test("a choice that leads to another runbook is a section that runs when chosen", () => {
  const other = `# Other\n:::decision[More?]{#more}\n- [Yes](#further)\n- [No](#done)\n:::\n## Further\n${bash("go")}\n## Done\n`;
  const text = `# A\n> :::decision[Where?]{#where}\n> - [Elsewhere](other.md)\n> - [Its end](other.md#further)\n> - [Here](#b)\n> :::\n\n${bash("next")}\n## B\n${bash("b")}`;
  const opened = open(text, {"other.md": other});
  expect(problems(opened)).toEqual([]);
  expect(steps(opened)).toEqual(["where", "where.elsewhere.more", "where.elsewhere.go", "where.its-end.go", "next", "b"]);
  expect(outline(opened.runbook)).toEqual([
    "1 a < null in-order null",
    "2 where.elsewhere < a chosen where.elsewhere",
    "3 where.elsewhere.other < where.elsewhere in-order where.elsewhere",
    "4 where.elsewhere.further < where.elsewhere.other chosen where.elsewhere",
    "4 where.elsewhere.done < where.elsewhere.other chosen where.elsewhere",
    "2 where.its-end < a chosen where.its-end",
    "3 where.its-end.further < where.its-end in-order where.its-end",
    "2 b < a chosen null"
  ]);
  const [where] = opened.runbook.steps;
  expect(where?.type === "decision" && where.choices.map(({file, section}) => [file, section])).toEqual([
    [null, "where.elsewhere"],
    [null, "where.its-end"],
    [null, "b"]
  ]);
  expect(JSON.stringify(opened.runbook.sections[0]!.nodes)).toContain(
    '{"type":"slot","of":"step","id":"where"},{"type":"slot","of":"include","id":"where.elsewhere"},{"type":"slot","of":"include","id":"where.its-end"}'
  );
});

test.each<[string, string, Readonly<Record<string, string>>, readonly string[]]>([
  [
    "an error in an included file has its place there",
    '::include{#a src="sub/a.md"}',
    {"sub/a.md": `# A\n\n::include{#b src="b.md"}\n`},
    ['runbooks/sub/a.md:3: there is no runbook "b.md" beside this one']
  ],
  [
    "a host of a nested include must exist here, or be mapped",
    '::include{#a src="a.md"}',
    {
      "a.md": `---\nconnections: {two: embedded}\n---\n::include{#b src="b.md" on="one=two"}\n`,
      "b.md": "---\nconnections: {one: embedded}\n---\n```sql {#s on=one}\nselect 1\n```\n"
    },
    [
      'runbooks/restore.md:1: the included part runs on "two", which does not exist here; map it by on="two=…", or take its connections with on="own"'
    ]
  ],
  [
    "a step outside the included part cannot be read",
    '::include{#a src="a.md#part"}',
    {"a.md": `# A\n${bash("out")}\n## Part\n${bash("in", " when='steps[\"out\"].exit == 0'")}`},
    ['runbooks/a.md:7: there is no step "out" in what is included, nor in what includes it']
  ],
  [
    "a choice cannot leave the included part",
    '::include{#a src="a.md#part"}',
    {"a.md": `# A\n## Part\n:::decision[Where?]{#d}\n- [Out](#out)\n- [In](#in)\n:::\n### In\n## Out\n`},
    ['runbooks/a.md:4: "#out" is no part of what "a" includes, so a choice cannot lead there']
  ],
  [
    "a value that an input cannot have is refused, and so is a variable that nobody sets",
    '::include{#a src="a.md" set="N=many"}\n::include{#b src="a.md" set="N=$NOTHING"}',
    {"a.md": "::input[N]{#N type=int}\n"},
    [
      'runbooks/restore.md:1: the included part\'s input "N" must be a whole number, not "many"',
      'runbooks/restore.md:2: no input and no capture sets "NOTHING"'
    ]
  ],
  [
    "choices of two runbooks that lead to each other never end",
    ":::decision[Where?]{#d}\n- [There](a.md)\n:::\n",
    {"a.md": ":::decision[Where?]{#d}\n- [Back](restore.md)\n:::\n", "restore.md": ":::decision[Where?]{#d}\n- [There](a.md)\n:::\n"},
    ["runbooks/restore.md:2: this choice leads back to itself: a.md → restore.md"]
  ]
])("%s", (_, text, others, expected) => {
  const opened = open(text, others);
  expect(problems(opened)).toEqual(expected);
  expect(opened.included.size).toBe(0);
});

test("includes that multiply are refused before they are put together", () => {
  const fan = (file: string): string => Array.from({length: 20}, (_, place) => `::include{#i${place} src="${file}"}\n`).join("");
  const start = performance.now();
  const opened = open(fan("a.md"), {"a.md": fan("b.md"), "b.md": fan("c.md"), "c.md": bash("one")});
  expect(problems(opened)[0]).toBe(
    "runbooks/restore.md:3: this include is one too many: with what they include, a document has at most 1000 includes"
  );
  const cells = Array.from({length: 2000}, (_, place) => bash(`s${place}`)).join("");
  const many = Array.from({length: 30}, (_, place) => `::include{#i${place} src="a.md"}\n`).join("");
  expect(problems(open(many, {"a.md": cells}))).toEqual(["runbooks/restore.md:1: what this document includes has more than 50000 steps"]);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test("why a file may not be read is said at the include", () => {
  const readFile = (): Uint8Array => {
    throw new Error("it stands outside the repository");
  };
  const {runbook} = openRunbook(new TextEncoder().encode('::include{#a src="../../a.md"}'), {path: "r.md", kinds, readFile});
  expect(runbook.problems.map(({message}) => message)).toContain("it stands outside the repository");
});
