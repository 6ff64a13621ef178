import {execFile} from "node:child_process";
import {existsSync} from "node:fs";
import {basename, dirname, join} from "node:path";
import type {GitState} from "../model/event.ts";
import type {Runbook} from "../model/runbook.ts";

const patienceMs = 5000;

/** The commit that the document stands at, and whether what runs is what it has; null where there is no repository or git does not say. */
export function readGitState(
  directory: string,
  {path, settings, included}: Runbook,
  environment: Readonly<Record<string, string>>
): Promise<GitState | null> {
  if (!isInRepository(directory)) return Promise.resolve(null);
  const runs = [basename(path), ...included.map(({file}) => file), ...settings.files.map((pattern) => `:(glob)${pattern}`)];
  return new Promise((resolve) => {
    execFile(
      "git",
      // no program that the repository names is started for this
      ["-c", "core.fsmonitor=false", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", ...everything, "--", ...runs],
      {cwd: directory, env: environment, timeout: patienceMs, maxBuffer: 16 * 1024 * 1024},
      (error, stdout) => resolve(error ? null : readStatus(stdout))
    );
  });
}

const everything = ["--untracked-files=all", "--ignored=matching"];

/** `# branch.oid <commit>` among headers; every other entry is a file that is not as the commit has it. */
function readStatus(text: string): GitState | null {
  const entries = text.split("\0").filter((entry) => entry !== "");
  const commit = entries.find((entry) => entry.startsWith("# branch.oid "))?.slice("# branch.oid ".length);
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return null; // there is no commit yet
  return {commit, dirty: entries.some((entry) => !entry.startsWith("# "))};
}

function isInRepository(directory: string): boolean {
  if (existsSync(join(directory, ".git"))) return true;
  const parent = dirname(directory);
  return parent !== directory && isInRepository(parent);
}
