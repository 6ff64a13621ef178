import {spawn} from "node:child_process";
import {Watchdog} from "../../../../src/runtime/kinds/bash/watchdog.ts";

/** A runner to be killed that can write no file: says the process that its watchdog is to end. */
const watchdog = new Watchdog({bash: "bash", folder: process.argv[2]!, graceMs: 300});
watchdog.expect("ended.1");
watchdog.release("ended.1");
watchdog.expect("cell.1");
const start = (mark: string) => spawn("sleep", ["1006"], {env: {...process.env, RUNBOOK_CELL: mark}, detached: true, stdio: "ignore"});
console.log(`${start("cell.1").pid} ${start("ended.1").pid}`);
setInterval(() => {}, 1000);
