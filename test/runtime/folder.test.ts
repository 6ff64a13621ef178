import {createHash} from "node:crypto";
import {chmod, mkdir, readFile, symlink, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Cell, Runbook, Settings} from "../../src/model/runbook.ts";
import {UsageError} from "../../src/model/usage-error.ts";
import {readDocument} from "../../src/runtime/document.ts";
import {inspectRunbook} from "../../src/runtime/inspect.ts";
import {compareVersions, probeRequirements} from "../../src/runtime/requirements.ts";
import {findRun, listRuns} from "../../src/runtime/runs.ts";
import {begin, temporaryFolder} from "./begin.ts";
import {cell, runbook, sh, span} from "./tiny.ts";

const withSettings = (settings: Partial<Settings>, steps: readonly Cell[] = []): Runbook => {
  const book = runbook(steps);
  return {...book, settings: {...book.settings, ...settings}};
};

describe("a run folder", () => {
  test("holds copies of the files that the document names, with their hashes in the record", async () => {
    const directory = await temporaryFolder();
    await mkdir(join(directory, "sites", "deep"), {recursive: true});
    for (const name of ["sites/a.sh", "sites/b.txt", "sites/deep/c.sh", "facts.sql"]) await writeFile(join(directory, name), name);
    const {performance} = await begin(withSettings({files: ["sites/**/*.sh", "*.sql"]}), {directory});
    const run = await performance.done;
    const names = ["facts.sql", "sites/a.sh", "sites/deep/c.sh"];
    expect(run.start!.files).toEqual(Object.fromEntries(names.map((name) => [name, createHash("sha256").update(name).digest("hex")])));
    for (const name of names) expect(await readFile(join(performance.folder, "files", name), "utf8")).toBe(name);
  });

  test("is not made when a file is not there, or outside", async () => {
    await expect(begin(withSettings({files: ["*.none"]}))).rejects.toThrow(/^files: "\*\.none" finds no file in /);
    await expect(begin(withSettings({files: ["../*"]}))).rejects.toThrow(`files: "../*" leaves this runbook's folder`);
  });

  test("holds files from elsewhere in the repository, and none from outside of it", async () => {
    const repository = await temporaryFolder();
    const directory = join(repository, "scenarios");
    for (const folder of [".git", "sites", "scenarios"]) await mkdir(join(repository, folder));
    await writeFile(join(repository, "sites", "lab.sh"), "stop() { :; }\n");
    const {performance} = await begin(withSettings({files: ["../sites/*.sh"]}), {directory});
    const run = await performance.done;
    expect(Object.keys(run.start!.files)).toEqual(["../sites/lab.sh"]);
    expect(await readFile(join(performance.folder, "files", "%2E%2E", "sites", "lab.sh"), "utf8")).toBe("stop() { :; }\n");
    await expect(begin(withSettings({files: ["../../*"]}), {directory})).rejects.toThrow(
      'files: "../../*" leaves the repository of this runbook'
    );
    await expect(begin(withSettings({files: [".."]}), {directory})).rejects.toThrow("leaves ");
  });

  test("is not made for a document with an error, or for a secret that cannot be kept", async () => {
    const problem = {rule: "cell-option", severity: "error", message: 'unknown option "timout"', path: "tiny.md", span} as const;
    await expect(begin({...runbook([]), problems: [problem]})).rejects.toThrow('tiny.md:1:1  error  unknown option "timout"  cell-option');
    await expect(begin(withSettings({secrets: ["TOKEN"]}), {environment: {TOKEN: "short"}})).rejects.toThrow(
      "secret TOKEN has 5 characters"
    );
  });

  test("is found by its id, the beginning of one, `latest` or its path", async () => {
    const directory = await temporaryFolder();
    const runs = join(directory, "runs");
    const ids: string[] = [];
    for (const source of ["true", "false"]) {
      const {performance} = await begin(runbook([cell("one", source)]), {runsDirectory: runs});
      await performance.done;
      ids.push(performance.id);
    }
    const [first, second] = ids as [string, string];
    expect(await findRun(runs, "latest")).toBe(join(runs, second));
    expect(await findRun(runs, first)).toBe(join(runs, first));
    expect(await findRun(runs, join(runs, first))).toBe(join(runs, first));
    const common = [...first].findIndex((letter, at) => letter !== second[at]);
    expect(await findRun(runs, first.slice(0, common + 1))).toBe(join(runs, first));
    await expect(findRun(runs, first.slice(0, 4))).rejects.toThrow(/begins the ids of 2 runs/);
    await expect(findRun(runs, "nothing")).rejects.toThrow(UsageError);
    await writeFile(join(runs, "a-file"), "");
    await mkdir(join(runs, "no-run"));
    expect(await listRuns(runs)).toMatchObject([
      {id: second, title: "Tiny", mode: "drill", operator: "ada", standing: "failed", reason: '"one" failed: exit 1, expected 0'},
      {id: first, standing: "passed", reason: "1 of 1 step passed"}
    ]);
    expect(await listRuns(join(directory, "nowhere"))).toEqual([]);
  });
});

describe("a document", () => {
  test("is read with the folder in which it stands", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "real"));
    await writeFile(join(folder, "real", "a.md"), "# A\n");
    await symlink(join(folder, "real", "a.md"), join(folder, "link.md"));
    expect(await readDocument(join(folder, "link.md"))).toEqual({
      path: join(folder, "link.md"),
      directory: join(folder, "real"),
      bytes: Buffer.from("# A\n")
    });
  });

  test("that cannot be read is an error that says what is there", async () => {
    const folder = await temporaryFolder();
    await expect(readDocument(join(folder, "none.md"))).rejects.toThrow(new UsageError(`there is no file ${join(folder, "none.md")}`));
    await expect(readDocument(folder)).rejects.toThrow(new UsageError(`${folder} is a directory; name a runbook in it`));
    await expect(readDocument("/dev/null")).rejects.toThrow(new UsageError("/dev/null is no regular file"));
  });

  test("of 20 MB is read only as far as the parser needs to refuse it", async () => {
    const path = join(await temporaryFolder(), "big.md");
    await writeFile(path, Buffer.alloc(20 * 1024 ** 2, "a"));
    expect((await readDocument(path)).bytes).toHaveLength(4 * 1024 ** 2 + 1);
  });
});

describe("an inspection", () => {
  test("refuses what cannot be executed yet, and gives flaws their place in the document", async () => {
    const flawed = cell("flawed", "a\nb", {
      lines: [
        [7, 3],
        [8, 1]
      ]
    });
    const kind = {
      ...sh,
      inspect: async ({id}: Cell) =>
        id === "flawed" ? [{rule: "shell", severity: "warning", message: "odd", place: {line: 1, column: 2}} as const] : []
    };
    const book = runbook([cell("typed", "true", {span: {...span, line: 3}, options: {tty: true, on: "far"}}), flawed]);
    expect((await inspectRunbook(book, [kind])).map(({rule, message, span}) => `${span.line}:${span.column} ${rule}: ${message}`)).toEqual([
      '3:1 not-supported: tty on a host (say `ssh -tt` in a cell that runs here) of "typed" is not supported by this version',
      "7:4 shell: odd"
    ]);
  });
});

describe("requirements", () => {
  test("are programs that must be there, and new enough", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "pg_thing"), "#!/bin/sh\necho 'pg_thing (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'\n");
    await writeFile(join(folder, "mute"), "#!/bin/sh\nexit 1\n");
    for (const name of ["pg_thing", "mute"]) await chmod(join(folder, name), 0o755);
    const requires = [
      ["pg_thing", "15"],
      ["pg_thing", "15.2"],
      ["pg_thing", "16"],
      ["nowhere", null],
      ["mute", null],
      ["mute", "1"]
    ].map(([program, atLeast]) => ({program: program!, atLeast: atLeast!, span}));
    expect((await probeRequirements(withSettings({requires}), {PATH: `${folder}:/usr/bin:/bin`})).map(({message}) => message)).toEqual([
      '"pg_thing" must be 16 or newer, found 15.18',
      '"nowhere" is required and not found on PATH',
      '"mute" must be 1 or newer, and "mute --version" does not say what it is'
    ]);
    expect(["9.10", "9.9.1", "15"].map((version) => Math.sign(compareVersions(version, "9.10")))).toEqual([0, -1, 1]);
  });
});
