import {createHash, randomBytes} from "node:crypto";
import {closeSync, createReadStream, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync} from "node:fs";
import {join} from "node:path";
import {pipeline} from "node:stream/promises";
import {fileURLToPath} from "node:url";

import {inMs, interleave, median, ratio, timeProcess} from "./measure.mjs";

const pipeToFile = fileURLToPath(new URL("pipe-to-file.mjs", import.meta.url));
const MB = 1024 * 1024;

/** Measures 4 and 5: a cell that prints 200 MB of lines, or 50 MB in one line, with 20 secrets, beside a pipe to a file in Node. */
export async function outputCost({folder, cli, rounds}) {
  const env = {...process.env};
  for (let index = 0; index < 20; index++) env[`BENCH_SECRET_${index}`] = randomBytes(12).toString("hex");
  const sizes = {"lines-200": 200, "lines-400": 400, "line-50": 50, "line-100": 100};
  const wanted = {};
  for (const [name, mb] of Object.entries(sizes)) {
    write(join(folder, `${name}.txt`), mb, name.startsWith("lines"));
    wanted[name] = await sha256(join(folder, `${name}.txt`));
    writeFileSync(join(folder, `${name}.md`), document(name));
  }
  const peaks = {};
  const exec = (name) => async () => {
    const runs = join(folder, `runs-${name}`);
    const args = [cli, "exec", join(folder, `${name}.md`), "--quiet", "--runs-dir", runs];
    const ms = await timeProcess(process.execPath, args, {cwd: folder, env, peak: (mb) => (peaks[name] = Math.max(peaks[name] ?? 0, mb))});
    const {bytes, sha256: found} = recorded(runs);
    if (found !== wanted[name]) throw new Error(`${name}: of ${sizes[name] * MB} bytes the record has ${bytes}, and they are not the same`);
    rmSync(runs, {recursive: true});
    return ms;
  };
  const times = await interleave(rounds, {
    "200 MB": exec("lines-200"),
    "pipe to file": () => timeProcess(process.execPath, [pipeToFile, join(folder, "lines-200.txt"), join(folder, "copy")], {cwd: folder}),
    "one line of 50 MB": exec("line-50"),
    "one line of 100 MB": exec("line-100"),
    "400 MB": exec("lines-400")
  });
  // Without what a start costs: the second half of the bytes by itself.
  const line = times["one line of 100 MB"].map((ms, round) => (ms - times["one line of 50 MB"][round]) / 50);
  const lines = times["400 MB"].map((ms, round) => (ms - times["200 MB"][round]) / 200);
  const rows = [
    {what: "4 exec of a cell that prints 200 MB", beside: "a pipe to a file", value: ratio(times, "200 MB", "pipe to file"), target: 1.3},
    {what: "5 each further MB of one line", beside: "a MB of lines", value: median(line) / median(lines), target: 1 / 0.6},
    {what: "5 one line of 100 MB", beside: "one of 50 MB", value: ratio(times, "one line of 100 MB", "one line of 50 MB"), target: 2.2}
  ];
  if (peaks["lines-200"] !== undefined)
    rows.push(
      {what: "4 peak memory, 200 MB", beside: "MB", value: peaks["lines-200"], target: 160},
      {what: "4 peak memory, 400 MB", beside: "200 MB", value: peaks["lines-400"] / peaks["lines-200"], target: 1.1}
    );
  return {rows, note: `${inMs(times)}; every byte was compared by its sha256`};
}

function document(name) {
  const secrets = Array.from({length: 20}, (_, index) => `BENCH_SECRET_${index}`).join(", ");
  return `---\nsecrets: [${secrets}]\n---\n\n# ${name}\n\n\`\`\`bash {#print}\ncat ${name}.txt\n\`\`\`\n`;
}

/** Lines of a log, or what looks like base64 and has no line end. */
function write(path, mb, lines) {
  const file = openSync(path, "w");
  for (let part = 0; part < mb; part++) {
    const text = lines ? logLines(part) : randomBytes((MB * 3) / 4).toString("base64");
    writeSync(file, text.slice(0, MB).padEnd(MB, "="));
  }
  closeSync(file);
}

function logLines(part) {
  let text = "";
  for (let line = 0; text.length < MB; line++)
    text += `2026-01-31 14:30:${10 + (line % 50)}.${part} UTC [${line}] LOG:  checkpoint complete: wrote ${line * 7} buffers (0.${line % 10}%)\n`;
  return text;
}

async function sha256(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function recorded(runs) {
  const [id] = readdirSync(runs);
  const lines = readFileSync(join(runs, id, "journal.ndjson"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line)).find(({type}) => type === "cell-ended").ending.streams.stdout;
}
