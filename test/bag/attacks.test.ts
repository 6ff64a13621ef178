import {cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, expect, it} from "vitest";

import {bagInfo} from "../../src/bag/bag-info.ts";
import {planViews} from "../../src/bag/layout.ts";
import {bagPath} from "../../src/bag/manifest.ts";
import type {Verification} from "../../src/bag/verify-bag.ts";
import {readMaterial} from "../../src/cli/material.ts";
import {digestProgram} from "../../src/evidence/page-program.ts";
import {version} from "../../src/runtime/version.ts";
import {usePlace} from "../cli/command.ts";
import type {Target} from "./attack.ts";
import {attack, attackFile, fileAttacks, flip, makeTarget, signAgain} from "./attack.ts";
import {problemsOf, readFiles, rewriteManifests, sha256, verify} from "./bag.ts";

const place = usePlace();
let target: Target;
let attacks = 0;

beforeAll(async () => {
  target = await makeTarget(place);
  expect(problemsOf(await verify(target.root, target.trust))).toEqual([]);
});

it("every byte of the small files, and many of the others, can be flipped, and each is detected", async () => {
  const every = (path: string, length: number): number =>
    path.startsWith("signatures/") ? Math.ceil(length / 20) : length <= 460 ? 1 : Math.ceil(length / 40);
  const {tried, missed} = await flip(target, {every, bits: (offset) => [offset % 8]});
  attacks += tried;
  expect(missed).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});

it("every file that is removed, emptied, lengthened, renamed, copied, moved, swapped for a link or a folder is detected", async () => {
  const missed: string[] = [];
  for (const path of readFiles(target.root).keys())
    for (const [name, change] of Object.entries(fileAttacks)) {
      attacks++;
      if (!(await attackFile(target, path, change))) missed.push(`${path} ${name}`);
    }
  expect(missed).toEqual([]);
});

it("everything that is added is detected", async () => {
  const added = [
    "README.txt",
    "data/more",
    "data/outputs/one.1.out",
    "data/files/x",
    "signatures/x",
    "signatures/a/b.sig",
    "manifest-md5.txt",
    "fetch.txt",
    ".hidden",
    "data/.x"
  ];
  for (const path of added) {
    attacks++;
    const put = (copy: string): void => {
      mkdirSync(join(copy, path, ".."), {recursive: true});
      writeFileSync(join(copy, path), "x");
    };
    expect(await attack(target, put), path).toBe(true);
  }
  for (const folder of ["data/empty", "empty"]) {
    attacks++;
    expect(await attack(target, (copy) => mkdirSync(join(copy, folder))), folder).toBe(true);
  }
});

it("signatures that are dropped, of other keys, in other roles or of other bags are detected", async () => {
  const names = readdirSync(join(target.root, "signatures"));
  const [approver, operator] = names.toSorted() as [string, string];
  const all: Readonly<Record<string, (copy: string) => unknown>> = {
    "all dropped": (copy) => rmSync(join(copy, "signatures"), {recursive: true}),
    "the approver's dropped": (copy) => rmSync(join(copy, "signatures", approver)),
    "the operator's dropped": (copy) => rmSync(join(copy, "signatures", operator)),
    "the approver's renamed to an operator's": (copy) =>
      renameSync(join(copy, "signatures", approver), join(copy, "signatures", approver.replace("approver", "operator"))),
    "the operator's copied as an approver's": (copy) => {
      rmSync(join(copy, "signatures", approver));
      cpSync(join(copy, "signatures", operator), join(copy, "signatures", operator.replace("operator", "approver")));
    },
    "the approver's made by another key": async (copy) => {
      rmSync(join(copy, "signatures", approver));
      await signAgain(copy, target.other, "approver");
    },
    "one of another key added": (copy) => signAgain(copy, target.other, "operator"),
    "their contents exchanged": (copy) => {
      const [a, b] = [approver, operator].map((name) => readFileSync(join(copy, "signatures", name)));
      writeFileSync(join(copy, "signatures", approver), b!);
      writeFileSync(join(copy, "signatures", operator), a!);
    },
    "all rewritten and signed by one of the two again": async (copy) => {
      writeFileSync(join(copy, "data/drill.json"), "{}");
      rewriteManifests(copy);
      rmSync(join(copy, "signatures", operator));
      await signAgain(copy, join(place.folder, "ada"), "operator");
    }
  };
  for (const [name, change] of Object.entries(all)) {
    attacks++;
    expect(await attack(target, change), name).toBe(true);
  }
});

it("with all manifests rewritten and no signatures, what was changed is found in journal, outputs, record and views", async () => {
  const unsigned: Target = {...target, trust: {allowedSigners: null, authority: null, require: []}};
  const missed: string[] = [];
  for (const path of [...readFiles(target.root).keys()].filter((path) => path.startsWith("data/"))) {
    const {length} = readFileSync(join(target.root, path));
    for (let offset = 3; offset < length; offset += Math.ceil(length / 8)) {
      attacks++;
      const change = (copy: string): void => {
        const bytes = readFileSync(join(copy, path));
        bytes[offset]! ^= 1;
        writeFileSync(join(copy, path), bytes);
        rmSync(join(copy, "signatures"), {recursive: true});
        rewriteManifests(copy);
      };
      if (!(await attack(unsigned, change))) missed.push(`${path} at ${offset}`);
    }
  }
  expect(missed).toEqual([]);
});

it("a verdict that was edited, with record, views and manifests made anew to match it, is found by the facts", async () => {
  const copy = `${target.root}.verdict`;
  cpSync(target.root, copy, {recursive: true});
  rmSync(join(copy, "signatures"), {recursive: true});
  const make = async (change: (lines: string[]) => void): Promise<readonly string[]> => {
    attacks++;
    const lines = readFileSync(join(target.root, "data/journal.ndjson"), "utf8").trimEnd().split("\n");
    change(lines);
    let prev = "0".repeat(64);
    const chained = lines.map((line) => {
      const next = `${JSON.stringify({...(JSON.parse(line) as object), prev})}\n`;
      prev = sha256(next);
      return next;
    });
    writeFileSync(join(copy, "data/journal.ndjson"), chained.join(""));
    const material = await readMaterial(join(copy, "data"), {stored: bagPath});
    for (const {path, bytes} of planViews(material)) writeFileSync(join(copy, path), bytes);
    const payload = [...readFiles(join(copy, "data")).values()];
    const bytes = payload.reduce((sum, {length}) => sum + length, 0);
    writeFileSync(join(copy, "bag-info.txt"), bagInfo(material, {bytes, files: payload.length, version, waiver: null}));
    rewriteManifests(copy);
    return problemsOf(await verify(copy));
  };
  const edit = (lines: string[], type: string, was: string, is: string): void => {
    const place = lines.findLastIndex((line) => line.includes(`"type":"${type}"`));
    expect(lines[place]).toContain(was);
    lines[place] = lines[place]!.replace(was, is);
  };
  expect(await make(() => {})).toEqual([]);
  expect(await make((lines) => edit(lines, "run-ended", '"outcome":"failed"', '"outcome":"passed"'))).toEqual([
    expect.stringMatching(/^verdicts: the run ended passed, and its facts say failed: "two" failed: /)
  ]);
  expect(await make((lines) => edit(lines, "cell-ended", '"type":"failed"', '"type":"cancelled"'))).toEqual([]); // both broke the run: the author of an unsigned archive can say so
  expect(await make((lines) => edit(lines, "output-written", '"text":"one\\n"', '"text":"two\\n"'))).toEqual([
    "outputs: stdout of one, attempt 1, is not what its end recorded"
  ]);
});

it("a page with the program of another build is said to be that, and everything else in the archive is still held against the journal", async () => {
  const copy = `${target.root}.build`;
  cpSync(target.root, copy, {recursive: true});
  rmSync(join(copy, "signatures"), {recursive: true});
  const here = await readMaterial(join(copy, "data"), {stored: bagPath});
  const there = {...here, page: {...here.page, script: `${here.page.script}\nglobalThis.other = "</script><!--";`}};
  const make = async (change: (edit: (path: string, was: string, is: string) => void) => void): Promise<Verification> => {
    attacks++;
    for (const {path, bytes} of planViews(there)) writeFileSync(join(copy, path), bytes);
    const payload = [...readFiles(join(copy, "data")).values()];
    const bytes = payload.reduce((sum, {length}) => sum + length, 0);
    writeFileSync(join(copy, "bag-info.txt"), bagInfo(there, {bytes, files: payload.length, version, waiver: null}));
    change((path, was, is) => {
      const text = readFileSync(join(copy, path), "utf8");
      expect(text).toContain(was);
      writeFileSync(join(copy, path), text.replace(was, is));
    });
    rewriteManifests(copy);
    return verify(copy);
  };
  const views = ({checks}: Verification) => checks.find(({check}) => check === "views")!;
  const [mine, other] = [digestProgram(here.page), digestProgram(there.page)];
  const said = await make(() => {});
  expect(said.holds).toBe(true);
  expect(views(said)).toMatchObject({
    status: "not-verified",
    words: expect.stringMatching(
      new RegExp(`but for the program of the page, which is of another build: its sha256 is ${other}, and here ${mine}$`)
    )
  });
  const page = "notebook.html is not what the journal gives";
  const cases: readonly (readonly [problem: string, change: Parameters<typeof make>[0]])[] = [
    ["data/drill.json is not what the journal gives", (edit) => edit("data/drill.json", '"result": "failed"', '"result": "passed"')],
    [page, (edit) => edit("data/notebook.html", '"outcome":"failed"', '"outcome":"passed"')],
    [page, (edit) => edit("data/notebook.html", "script-src 'sha256-", "script-src 'unsafe-inline' 'sha256-")],
    ["bag-info.txt is not what the journal gives", (edit) => edit("data/notebook.html", "globalThis.other", "globalThis.evil")],
    ["bag-info.txt is not what the journal gives", (edit) => edit("bag-info.txt", other, sha256("something"))],
    [page, (edit) => edit("bag-info.txt", other, mine)],
    [page, (edit) => edit("data/notebook.html", "</html>", "</html >")]
  ];
  for (const [problem, change] of cases) {
    const {problems, status} = views(await make(change));
    expect(status).toBe("failed");
    expect(problems.join("\n")).toContain(problem);
  }
});

it("a record that was edited is found, though the archive claims to be of another version, whose views nobody can make again", async () => {
  const unsigned: Target = {...target, trust: {allowedSigners: null, authority: null, require: []}};
  const change = (was: string, is: string) => (copy: string) => {
    attacks++;
    const edit = (path: string, from: string, to: string): void => {
      const text = readFileSync(join(copy, path), "utf8");
      expect(text).toContain(from);
      writeFileSync(join(copy, path), text.replace(from, to));
    };
    edit("bag-info.txt", `runbook ${version}`, "runbook 9.9.9");
    edit("data/drill.json", was, is);
    rmSync(join(copy, "signatures"), {recursive: true});
    rewriteManifests(copy);
  };
  expect(await attack(unsigned, change('"result": "failed"', '"result": "passed"'))).toBe(true);
  expect(await attack(unsigned, change('"standing": "failed"', '"standing": "passed"'))).toBe(true);
  expect(await attack(unsigned, change("\n", "\n"))).toBe(false); // an archive of another version is no failure
  console.log(`${attacks} attacks on an archive were tried`);
});
