import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {buildCli, inRoot, inTemporaryFolder, runbook} from "./runbook.ts";

const hello = inRoot("runbooks/hello.md");

beforeAll(buildCli);

test("the hello runbook passes anywhere, and leaves a run folder with its exact bytes", async () => {
  await inTemporaryFolder(async (cwd) => {
    const {exit, text} = await runbook(["exec", hello], {cwd});
    expect(exit, text).toBe(0);
    const [run] = await readdir(join(cwd, ".runbook/runs"));
    const kept = join(cwd, ".runbook/runs", run!);
    expect(await readFile(join(kept, "runbook.md"), "utf8")).toBe(await readFile(hello, "utf8"));
    expect(await readFile(join(kept, "journal.ndjson"), "utf8")).toContain('"type":"run-ended","outcome":"passed"');
  });
});

test("its gate is passed by in a run of the page, asked for by name, and never answered by itself", async () => {
  await inTemporaryFolder(async (cwd) => {
    const asked = await runbook(["exec", `${hello}#hand-over`], {cwd});
    expect(asked.exit, asked.text).toBe(3);
    expect(asked.text).toContain("--confirm all-well");
    const answered = await runbook(["exec", `${hello}#hand-over`, "--confirm", "all-well", "--set", "WHO=Ada"], {cwd});
    expect(answered.exit, answered.text).toBe(0);
    expect(answered.text).toContain("Goodbye, Ada.");
  });
});

test("its input is a value and never a piece of program", async () => {
  await inTemporaryFolder(async (cwd) => {
    const {exit, text} = await runbook(["exec", hello, "--set", `WHO=O'Hara $(touch made) "; drop table guests; --`], {cwd});
    expect(exit, text).toBe(0);
    expect(await readdir(cwd)).toEqual([".runbook"]);
  });
});
