import {copyFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {buildCli, inRoot, inTemporaryFolder, runbook} from "./runbook.ts";

/** A runbook as it was found, written for people: no ids, no promises, no frontmatter, and commands that never end. */
const seed = inRoot("test/parser/seed/runbook.md");

/** So that nothing of this machine is stopped, should it run what the document speaks of. */
const withoutPrograms = {PATH: "/nonexistent"};

beforeAll(buildCli);

test("a runbook that was written for people is checked and planned without a change", async () => {
  await inTemporaryFolder(async (cwd) => {
    await copyFile(seed, join(cwd, "seed.md"));
    const checked = await runbook(["check", "seed.md"], {cwd});
    expect(checked.exit, checked.text).toBe(0);
    const planned = await runbook(["plan", "seed.md"], {cwd});
    expect(planned.exit, planned.text).toBe(0);
    expect(planned.text).toContain("21 bash cells, 5 checklists of 25 items");
    for (const [line, text] of [
      [109, "bash       step-1-stop-application-servers-1"],
      [411, "  [ ] Review and update RTO/RPO targets"],
      [463, "bash       emergency-database-rollback-1"]
    ] as const)
      expect(planned.text).toContain(`${line}  ${text}`);
  });
});

test("its execution stops at the first cell that would destroy something, and with a word for that at the first that fails", async () => {
  await inTemporaryFolder(async (cwd) => {
    const asked = await runbook(["exec", seed], {cwd});
    expect(asked.exit, asked.text).toBe(3);
    expect(asked.text).toContain("line 5: pg_terminate_backend() ends other sessions");
    const confirmed = await runbook(["exec", seed, "--confirm", "step-1-stop-application-servers-1"], {cwd, env: withoutPrograms});
    expect(confirmed.exit, confirmed.text).toBe(1);
    expect(confirmed.text).toContain("✗ step-1-stop-application-servers-1 failed");
    expect(confirmed.text).toContain("20 not reached");
  });
});

test("a section of it that destroys something is asked about first, and nobody answered", async () => {
  await inTemporaryFolder(async (cwd) => {
    const {exit, text} = await runbook(["exec", `${seed}#step-3-create-restore-database`], {cwd});
    expect(exit, text).toBe(3);
    expect(text).toContain("DROP DATABASE");
    expect(text).toContain("--confirm step-3-create-restore-database");
  });
});

/** Those that touch nothing outside of their own, whatever machine this is: the others would stop services and write to system folders. */
const harmless = ["step-2-identify-backup-to-restore", "step-6-verify-restoration", "step-3-import-to-production", "data-integrity-checks"];

test.each(harmless)("its cell %s hangs on nothing, though it pages and waits for people", async (section) => {
  await inTemporaryFolder(async (cwd) => {
    const {exit, text} = await runbook(["exec", `${seed}#${section}`], {cwd});
    expect([1, 3], `ended with ${exit}\n${text}`).toContain(exit);
  });
});
