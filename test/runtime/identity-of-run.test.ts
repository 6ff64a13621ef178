import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openRunbook} from "../../src/parser/index.ts";
import {readGitState} from "../../src/runtime/git-state.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {identify} from "../../src/runtime/tools.ts";

const environment = {PATH: process.env.PATH ?? "", HOME: tmpdir()};
const text = '---\nfiles: ["sql/*.sql"]\n---\n# A\n\n::include{#b src="b.md"}\n\n```bash {#one}\npsql -c "select 1"\n```\n';

describe("what a run says of where it comes from", () => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-git-"));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", ...args], {
      cwd: folder,
      encoding: "utf8"
    });
  const file = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const state = () => {
    const readFile = (path: string): Uint8Array | null => (path === "b.md" ? Buffer.from("# B\n\ntext\n") : null);
    const {runbook} = openRunbook(Buffer.from(text), {path: join(folder, "a.md"), kinds, readFile});
    return readGitState(folder, runbook, environment);
  };
  beforeAll(() => {
    mkdirSync(join(folder, "sql"));
    file("a.md", text);
    file("b.md", "# B\n\ntext\n");
    file("sql/x.sql", "select 1;\n");
    file("other.txt", "other\n");
  });
  afterAll(() => rmSync(folder, {recursive: true, force: true}));

  it("is nothing where there is no repository, or no commit", async () => {
    expect(await state()).toBeNull();
    git("init", "-q");
    expect(await state()).toBeNull();
  });

  it("is the commit, and dirty only by what runs: the document, what it includes, the files it names", async () => {
    git("add", ".");
    git("commit", "-q", "-m", "first");
    const commit = git("rev-parse", "HEAD").trim();
    expect(await state()).toEqual({commit, dirty: false});
    file("other.txt", "changed\n");
    file("new.txt", "untracked\n");
    expect(await state()).toEqual({commit, dirty: false});
    for (const name of ["a.md", "b.md", "sql/x.sql"]) {
      const before = execFileSync("cat", [join(folder, name)], {encoding: "utf8"});
      file(name, `${before}\nchanged\n`);
      expect(await state(), name).toEqual({commit, dirty: true});
      file(name, before);
    }
    expect(await state()).toEqual({commit, dirty: false});
    file("sql/y.sql", "select 2;\n");
    expect(await state()).toEqual({commit, dirty: true});
    file(".gitignore", "sql/y.sql\n");
    expect(await state(), "an ignored file that runs is none of the commit").toEqual({commit, dirty: true});
  });

  it("starts no program that the repository names", async () => {
    git("config", "core.fsmonitor", `touch ${join(folder, "started")}`);
    await state();
    expect(() => execFileSync("ls", [join(folder, "started")], {stdio: "ignore"})).toThrow();
  });

  it("names the versions of the programs that the document speaks of, and only of those", async () => {
    const {runbook} = openRunbook(Buffer.from(text), {path: "a.md", kinds});
    const {tools} = await identify(runbook, environment);
    expect(tools.bash).toMatch(/^GNU bash, version \d/);
    expect(tools.psql).toMatch(/^psql \(PostgreSQL\) \d/);
    expect(Object.keys(tools).sort()).toEqual(["bash", "node", "os", "psql", "runbook"]);
    expect(Object.keys((await identify(runbook, {PATH: "/nonexistent"})).tools).sort()).toEqual(["node", "os", "runbook"]);
  });
});
