#!/usr/bin/env node
// Builds a lab, holds a drill on it, archives its record, and takes the lab down again, whatever happened.
//   npm run drill                   the monthly drill
//   npm run drill -- quarterly      with failover and switch back; further arguments go to `runbook exec`
import {spawn} from "node:child_process";
import {chmodSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {build, root} from "./build.mjs";

const [first, ...others] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith("-");
const drill = named ? first : "monthly";
const given = named || first === undefined ? others : [first, ...others];

const built = await build();
if (built.length > 0) console.log(`built ${built.join(" and ")}`);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {}); // the run hears it too, and the lab is still to go

const around = mkdtempSync(join(tmpdir(), "runbook-drill-"));
chmodSync(around, 0o755); // PostgreSQL's own user passes through it
const lab = join(around, "lab");
const runs = join(around, "runs"); // of the lab; that of the drill is kept
try {
  process.exitCode = await exec("runbooks/lab.md", "--set", `LAB=${lab}`, "--runs-dir", runs, "--quiet");
  if (process.exitCode === 0)
    process.exitCode = await exec(
      `runbooks/drills/${drill}.md`,
      ...["--drill", "--env-file", join(lab, "lab.env"), "--answers", `runbooks/drills/${drill}.answers.yaml`, "--confirm-destructive"],
      ...["--archive", ".runbook/archives"],
      ...given
    );
} finally {
  const down = await exec("runbooks/lab.md#tear-the-lab-down", "--set", `LAB=${lab}`, "--runs-dir", runs, "--quiet");
  if (down === 0) rmSync(around, {recursive: true, force: true});
  else console.error(`the lab could not be taken down; it is in ${lab}`);
  process.exitCode ||= down;
}

function exec(...given) {
  const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), "exec", ...given], {stdio: "inherit", cwd: root});
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}
