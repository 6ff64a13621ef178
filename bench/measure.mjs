/** Interleaved measuring: each round runs every contender once, so that a slow minute of the machine is everybody's. */
import {spawn} from "node:child_process";
import {readFileSync} from "node:fs";

/** Runs every contender in every round; the order turns with the round. Gives each one's times in milliseconds, by round. */
export async function interleave(rounds, contenders) {
  const names = Object.keys(contenders);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const turn of names.keys()) {
      const name = names[(turn + round) % names.length];
      times[name][round] = await contenders[name]();
    }
  }
  return times;
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median over the rounds of one contender's time by another's. */
export const ratio = (times, one, other) => median(times[one].map((time, round) => time / times[other][round]));

/**
 * The wall time of a process in milliseconds; what it printed is thrown away, a failure is an error. `peak` hears of the most memory
 * it had, in MB, where the system tells (Linux).
 */
export function timeProcess(program, args, {cwd, env = process.env, ok = [0], peak = null} = {}) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(program, args, {cwd, env, stdio: ["ignore", "ignore", "pipe"]});
    const watch = peak && setInterval(() => readPeak(child.pid, peak), 20);
    let said = "";
    child.stderr.on("data", (bytes) => {
      if (said.length < 4096) said += bytes;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      const ms = Number(process.hrtime.bigint() - began) / 1e6;
      if (ok.includes(code)) resolve(ms);
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}: ${said}`));
    });
  });
}

function readPeak(pid, peak) {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    if (kb) peak(Number(kb) / 1024);
  } catch {
    // it has ended, or there is no /proc
  }
}

/** The most memory that this process has held, in MB. Node would tell what its parent held, when that was more. */
export function ownPeak() {
  let peak = process.resourceUsage().maxRSS / 1024;
  readPeak("self", (mb) => {
    peak = mb;
  });
  return peak;
}

/** Rows of the report: what was measured, beside what, the ratio, and the target where there is one. */
export function report(rows) {
  const cells = rows.map(({what, beside, value, target}) => [
    what,
    beside,
    value.toFixed(2),
    target === null ? "–" : `<= ${target.toFixed(2)}`,
    target === null ? "" : value <= target ? "held" : "MISSED"
  ]);
  const head = ["measure", "beside", "ratio", "target", ""];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column].length)));
  return [head, ...cells].map((row) =>
    row
      .map((cell, column) => (column === 2 || column === 3 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd()
  );
}

export const inMs = (times) =>
  Object.entries(times)
    .map(([name, of]) => `${name} ${median(of).toFixed(of.length > 0 && median(of) < 10 ? 2 : 0)} ms`)
    .join(", ");
