import {readdirSync, readFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {openShell} from "./shell.ts";

/** A runner to be killed: says its run, then executes a cell that does not end, with a process outside its group. */
const shell = await openShell({graceMs: 300, directory: process.argv[2]!});
await shell.cell(":");
const [folder] = readdirSync(tmpdir()).filter(
  (name) =>
    name.startsWith("runbook-bash-") &&
    readdirSync(join(tmpdir(), name)).includes("program-1.sh") &&
    readFileSync(join(tmpdir(), name, "program-1.sh"), "utf8").includes(process.argv[2]!)
);
console.log(`${shell.run}\n${join(tmpdir(), folder!)}`);
await shell.cell("setsid sleep 1005 & trap '' TERM; while :; do sleep 0.2; done");
