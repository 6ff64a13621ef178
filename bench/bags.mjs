import {spawnSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";

import {inMs, interleave, ratio, timeProcess} from "./measure.mjs";

/** Measure 14: an archive of a run that printed 200 MB, and its verification, beside cp and sha256sum of the same bytes. */
export async function bagCost({folder, cli, rounds}) {
  const peaks = {};
  const runs = Object.fromEntries([20, 200].map((megabytes) => [megabytes, makeRun({folder, cli, megabytes})]));
  const node = (name, args, options = {}) =>
    timeProcess(process.execPath, [cli, ...args], {...options, peak: (mb) => (peaks[name] = Math.max(peaks[name] ?? 0, mb))});
  const archive = (megabytes) => async () => {
    const out = mkdtempSync(join(folder, "bags-"));
    const ms = await node(`archive ${megabytes}`, ["archive", runs[megabytes], "--out", out]);
    rmSync(out, {recursive: true});
    return ms;
  };
  const bags = join(folder, "bags-kept");
  mkdirSync(bags);
  const [small, large] = [20, 200].map((megabytes) => {
    const out = join(bags, String(megabytes));
    spawnSync(process.execPath, [cli, "archive", runs[megabytes], "--out", out]);
    return join(out, readdirSync(out)[0]);
  });
  const times = await interleave(rounds, {
    archive: archive(200),
    "cp and sha256sum": async () => {
      const to = mkdtempSync(join(folder, "copy-"));
      const ms = await timeProcess("bash", [
        "-c",
        `cp -r "$1" "$2/run" && cd "$2" && find . -type f -exec sha256sum {} +`,
        "bash",
        runs[200],
        to
      ]);
      rmSync(to, {recursive: true});
      return ms;
    },
    verify: () => node("verify 200", ["verify", large]),
    sha256sum: () => timeProcess("sha256sum", ["--check", "--quiet", "manifest-sha256.txt"], {cwd: large}),
    "archive of 20 MB": archive(20),
    "verify of 20 MB": () => node("verify 20", ["verify", small])
  });
  const rows = [
    {what: "14 archive of 200 MB", beside: "cp and sha256sum", value: ratio(times, "archive", "cp and sha256sum"), target: 1.5},
    {what: "14 verify of it", beside: "sha256sum --check", value: ratio(times, "verify", "sha256sum"), target: null},
    {
      what: "14 archive and verify",
      beside: "cp and sha256sum, sha256sum",
      value: median2(times, ["archive", "verify"], ["cp and sha256sum", "sha256sum"]),
      target: 1.5
    }
  ];
  if (peaks["archive 200"] !== undefined)
    rows.push(
      {what: "14 archive memory, 200 MB", beside: "20 MB", value: peaks["archive 200"] / peaks["archive 20"], target: 1.1},
      {what: "14 verify memory, 200 MB", beside: "20 MB", value: peaks["verify 200"] / peaks["verify 20"], target: 1.1},
      {what: "14 most memory", beside: "MB", value: Math.max(peaks["archive 200"], peaks["verify 200"]), target: null}
    );
  return {rows, note: inMs(times)};
}

/** Ten cells that print a tenth each. */
function makeRun({folder, cli, megabytes}) {
  const line = "2026-01-31 02:11:04.125 UTC [4711] LOG:  checkpoint complete: wrote 1234 buffers (7.5%), see http://localhost/log";
  const cell = (index) => `\`\`\`bash {#cell-${index}}\nyes '${line}' | head -c ${megabytes}00000 || true\n\`\`\`\n`;
  const file = join(folder, `archive-${megabytes}.md`);
  writeFileSync(file, `# Archive\n\n${Array.from({length: 10}, (_, index) => cell(index)).join("\n")}`);
  const runs = join(folder, `runs-14-${megabytes}`);
  const {status, stderr} = spawnSync(process.execPath, [cli, "exec", file, "--quiet", "--runs-dir", runs], {cwd: folder, encoding: "utf8"});
  if (status !== 0) throw new Error(stderr);
  return join(
    runs,
    readdirSync(runs).find((name) => name !== "register.ndjson")
  );
}

function median2(times, ones, others) {
  const sums = (names) => times[names[0]].map((_, round) => names.reduce((sum, name) => sum + times[name][round], 0));
  const [a, b] = [sums(ones), sums(others)];
  return ratio({a, b}, "a", "b");
}
