// The floor of measure 4: what a program prints goes through a pipe into a file, and nothing else happens to it.
// node pipe-to-file.mjs <what> <where>
import {spawn} from "node:child_process";
import {createWriteStream} from "node:fs";
import {pipeline} from "node:stream/promises";

const [what, where] = process.argv.slice(2);
await pipeline(spawn("cat", [what], {stdio: ["ignore", "pipe", "inherit"]}).stdout, createWriteStream(where));
