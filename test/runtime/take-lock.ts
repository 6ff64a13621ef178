/** A program that takes a lock when it is told to, says whether it has it, and holds it until its stdin ends. */
import {existsSync} from "node:fs";
import {join} from "node:path";
import {takeLock} from "../../src/runtime/lock.ts";

const folder = process.argv[2]!;
while (!existsSync(join(folder, "go"))) {
  // all of them at once
}
try {
  const lock = takeLock(folder);
  console.log("taken");
  process.stdin.resume().on("end", () => lock.release());
} catch (error) {
  console.log(error instanceof Error ? error.name : String(error));
  process.stdin.resume();
}
