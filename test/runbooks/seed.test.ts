import {copyFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {buildCli, inRoot, inTemporaryFolder, runbook} from "./runbook.ts";

/** A runbook as it was found, written for people: no ids, no promises, no frontmatter, and commands that never end. */
const seed = inRoot("test/runbooks/seed.md");

beforeAll(buildCli);

test("a runbook that was written for people is checked and planned without a change", async () => {
  await inTemporaryFolder(async (cwd) => {
    await copyFile(seed, join(cwd, "seed.md"));
    const checked = await runbook(["check", "seed.md"], {cwd});
    expect(checked.exit, checked.text).toBe(0);
    const planned = await runbook(["plan", "seed.md"], {cwd});
    expect(planned.exit, planned.text).toBe(0);
    for (const line of [109, 118, 131, 396]) expect(planned.text).toMatch(new RegExp(`\\b${line}\\b`));
  });
});

test("its execution stops at the first cell that fails, and names it", async () => {
  await inTemporaryFolder(async (cwd) => {
    const {exit, text} = await runbook(["exec", seed], {cwd});
    expect(exit, text).toBe(1);
    expect(text).toContain("step-1-stop-application-servers");
    expect(text).not.toContain("DROP DATABASE");
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

test("none of its cells hangs: each section of it ends in a moment, one way or the other", async () => {
  await inTemporaryFolder(async (cwd) => {
    const sections = [
      "step-2-identify-backup-to-restore",
      "step-4-configure-recovery",
      "step-5-start-recovery",
      "step-3-import-to-production",
      "application-verification"
    ];
    for (const section of sections) {
      const {exit, text} = await runbook(["exec", `${seed}#${section}`, "--timeout", "20s"], {cwd});
      expect([1, 3], `${section} ended with ${exit}\n${text}`).toContain(exit);
    }
  });
});
