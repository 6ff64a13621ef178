/** Every journal in this folder is read, folded and shown as its golden says. `UPDATE=1` writes the goldens. */
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {describe, expect, test} from "vitest";
import {fold} from "../../src/model/run.ts";
import {readEvent} from "../../src/model/wire.ts";
import {readJournal} from "../../src/runtime/read-journal.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(folder).flatMap((name) => (name.endsWith(".ndjson") ? [name.slice(0, -7)] : []));

const show = (value: unknown): string =>
  `${JSON.stringify(value, (_, item) => (item instanceof Map ? Object.fromEntries(item) : item), 2)}\n`;

describe.each(names)("journal %s", (name) => {
  const bytes = readFileSync(`${folder}${name}.ndjson`);
  const {events, run, damage} = readJournal(bytes);

  test("is whole and folds to its golden run", () => {
    expect(damage).toBeNull();
    if (process.env.UPDATE) writeFileSync(`${folder}${name}.run.json`, show(run));
    expect(show(run)).toBe(readFileSync(`${folder}${name}.run.json`, "utf8"));
  });

  test("is the same run from every prefix, and after a way over the wire", () => {
    for (let cut = 0; cut <= events.length; cut++)
      expect(fold(events.slice(Math.max(0, cut - 2)), fold(events.slice(0, cut)))).toEqual(run);
    expect(fold(events.map((event) => readEvent(JSON.stringify(event))))).toEqual(run);
  });

  test("cut anywhere claims no more than was written", () => {
    const whole = bytes.toString().split(/(?<=\n)/);
    for (let at = 0; at < bytes.length; at += 97) {
      const torn = readJournal(bytes.subarray(0, at));
      expect(torn.events).toEqual(events.slice(0, torn.events.length));
      expect(torn.events.length).toBe(bytes.subarray(0, at).toString("latin1").split("\n").length - 1);
      expect(torn.damage === null).toBe(whole.slice(0, torn.events.length).join("").length === bytes.subarray(0, at).toString().length);
      expect(torn.run.ended !== null).toBe(torn.events.some(({type}) => type === "run-ended"));
    }
  });
});
