// Parses one document in a process of its own and prints the milliseconds it took and the peak memory.
// node parse-once.mjs <bundle> <document> <runbook|remark>
import {readFileSync} from "node:fs";

import {ownPeak} from "./measure.mjs";

const [module, path, how] = process.argv.slice(2);
const {parseRunbook, kinds, parsePlainly} = await import(module);
const bytes = readFileSync(path);

const began = process.hrtime.bigint();
const parsed = how === "remark" ? parsePlainly(bytes.toString("utf8")) : parseRunbook(bytes, {path, kinds});
const ms = Number(process.hrtime.bigint() - began) / 1e6;

const errors = how === "remark" ? [] : parsed.problems.filter(({severity}) => severity === "error");
if (errors.length > 0) throw new Error(`${path}: ${errors[0].message} at line ${errors[0].span.line}`);
console.log(JSON.stringify({ms, peakMb: ownPeak()}));
