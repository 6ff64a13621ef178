/** A server as a process of its own: `serving.ts FOLDER RUNS`. It prints its address. */
import {kinds} from "../../src/runtime/kinds/index.ts";
import {serve} from "../../src/server/index.ts";

const [path = "", runsDirectory = ""] = process.argv.slice(2);
const environment = {PATH: process.env.PATH ?? "", HOME: runsDirectory, LANG: "C.UTF-8"};
const {url} = await serve({path, runsDirectory, operator: "ada", mode: "recovery", kinds, environment});
console.log(url);
