import {readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";

import {bundle} from "./bundle.mjs";
import {inMs, interleave, ratio, timeProcess} from "./measure.mjs";

/** Measure 6: an SQL cell that returns a million rows, beside psql that prints them to nowhere. */
export async function rowsCost({folder, cli, rounds}) {
  const {startCluster} = await import(await bundle("test/support/postgres.ts"));
  const cluster = await startCluster();
  try {
    return await measure({folder, cli, rounds, cluster});
  } finally {
    await cluster.stop();
  }
}

const query = (count) =>
  `select g as id, 'salon ' || g as name, g * 1.5 as price, g % 2 = 0 as open, now() as seen, md5(g::text) as mark from generate_series(1, ${count}) as g`;

async function measure({folder, cli, rounds, cluster}) {
  const env = {...process.env, ...cluster.environment, DATABASE_URL: cluster.url};
  const head = `---\nconnections:\n  default: "\${DATABASE_URL}"\n---\n\n# Rows\n\n`;
  for (const count of [1_000_000, 2_000_000])
    writeFileSync(join(folder, `rows-${count}.md`), `${head}\`\`\`sql {#rows}\n${query(count)};\n\`\`\`\n`);
  const peaks = {};
  const exec = (count) => async () => {
    const runs = join(folder, "runs-6");
    const args = [cli, "exec", join(folder, `rows-${count}.md`), "--quiet", "--runs-dir", runs];
    const ms = await timeProcess(process.execPath, args, {
      cwd: folder,
      env,
      peak: (mb) => (peaks[count] = Math.max(peaks[count] ?? 0, mb))
    });
    const [id] = readdirSync(runs);
    const events = readFileSync(join(runs, id, "journal.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const {rowCount} = events.find(({type}) => type === "cell-ended").ending;
    if (rowCount !== count) throw new Error(`of ${count} rows ${rowCount} were counted`);
    rmSync(runs, {recursive: true});
    return ms;
  };
  const psql = join(cluster.bin, "psql");
  const times = await interleave(rounds, {
    "a million rows": exec(1_000_000),
    "psql -At": () => timeProcess(psql, ["-XAtqc", query(1_000_000)], {cwd: folder, env}),
    COPY: () => timeProcess(psql, ["-Xqc", `copy (${query(1_000_000)}) to stdout`], {cwd: folder, env}),
    "two million rows": exec(2_000_000)
  });
  const rows = [
    {what: "6 exec of a million rows", beside: "psql -At", value: ratio(times, "a million rows", "psql -At"), target: 1},
    {what: "6 exec of a million rows", beside: "COPY", value: ratio(times, "a million rows", "COPY"), target: null},
    {what: "6 growth: two million rows", beside: "a million", value: ratio(times, "two million rows", "a million rows"), target: 2.2}
  ];
  if (peaks[1_000_000] !== undefined)
    rows.push(
      {what: "6 peak memory, a million rows", beside: "MB", value: peaks[1_000_000], target: 120},
      {what: "6 peak memory, two million", beside: "a million", value: peaks[2_000_000] / peaks[1_000_000], target: 1.1}
    );
  return {rows, note: `${inMs(times)}; every count was exact`};
}
