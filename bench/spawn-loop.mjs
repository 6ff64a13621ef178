// The floor of measure 2: so many cells through `bash -c`, one after the other, with no state, no record and no promises.
import {spawn} from "node:child_process";

for (let index = 0; index < Number(process.argv[2]); index++) {
  await new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", `n=$((\${n:-0} + 1))\necho "cell $n"`], {stdio: ["ignore", "pipe", "pipe"], detached: true});
    child.stdout.on("data", () => {});
    child.stderr.on("data", () => {});
    child.on("error", reject);
    child.on("close", resolve);
  });
}
