#!/usr/bin/env node
// Opens the viewer on runbooks/, and builds and opens it again whenever a source changes.
import {spawn} from "node:child_process";
import {watch} from "node:fs";
import {join} from "node:path";

import {build, root} from "./build.mjs";

const port = process.env.PORT ?? "4500";
let viewer = null;
let ending = false;
let pending = null;

await rebuild();
watch(join(root, "src"), {recursive: true}, () => {
  clearTimeout(pending);
  pending = setTimeout(rebuild, 150);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);

async function rebuild() {
  try {
    const built = await build();
    if (built.length === 0 && viewer !== null) return;
    console.log(`built ${built.join(" and ") || "nothing"}`);
    await stop();
    if (!ending)
      viewer = spawn(
        process.execPath,
        [join(root, "dist/cli/main.js"), "open", "runbooks", "--no-browser", "--port", port, ...process.argv.slice(2)],
        {stdio: "inherit", cwd: root}
      );
  } catch (error) {
    console.error(error.message); // the next change builds again
  }
}

async function stop() {
  if (viewer === null || viewer.exitCode !== null) return;
  const gone = new Promise((resolve) => viewer.once("exit", resolve));
  viewer.kill("SIGTERM");
  await gone;
}

async function end() {
  ending = true;
  await stop();
  process.exit(0);
}
