import {openShell} from "./shell.ts";

/** A runner to be killed while its cell runs on another host; says its run and that the cell has begun. */
const [directory, url, environment] = process.argv.slice(2);
const shell = await openShell({
  graceMs: 300,
  directory: directory!,
  on: "box",
  hosts: {box: url!},
  environment: JSON.parse(environment!) as Record<string, string>
});
await shell.cell("setsid sleep 990 & trap '' TERM; echo begun; while :; do sleep 0.2; done", {emit: () => console.log(shell.run)});
