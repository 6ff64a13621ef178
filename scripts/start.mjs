#!/usr/bin/env node
// Builds what is missing, then opens the viewer on runbooks/ and prints its address.
import {spawn} from "node:child_process";
import {join} from "node:path";

import {build, root} from "./build.mjs";

const built = await build();
if (built.length > 0) console.log(`built ${built.join(" and ")}`);

const given = process.argv.slice(2);
const arguments_ = given.some((argument) => !argument.startsWith("-")) ? given : ["runbooks", ...given];
const viewer = spawn(process.execPath, [join(root, "dist/cli/main.js"), "open", ...arguments_], {stdio: "inherit", cwd: root});
// Ctrl-C reaches the viewer by itself; what only this process gets is passed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => viewer.kill(signal));
viewer.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
