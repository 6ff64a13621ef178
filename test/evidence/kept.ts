/** The journals of test/journals as material, with one document for all of them. */
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {expect} from "vitest";
import type {Material} from "../../src/evidence/material.ts";
import {openRunbook} from "../../src/parser/index.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import {readJournal} from "../../src/runtime/read-journal.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const journals = readdirSync(at("../journals")).flatMap((name) => (name.endsWith(".ndjson") ? [name.slice(0, -7)] : []));

export function materialOf(journal: string): Material {
  const {events, run, damage, prev} = readJournal(readFileSync(at(`../journals/${journal}.ndjson`)));
  const bytes = readFileSync(at("story.md"));
  const {runbook, included} = openRunbook(bytes, {path: "story.md", kinds});
  return {
    runbook,
    begun: runbook,
    bytes,
    included,
    events,
    run,
    live: false,
    journal: {sha256: prev, damage},
    outputs: new Map([["one.1.out", {head: Buffer.from("a\nb\n"), bytes: 70_000}]]),
    page: {script: "", style: "", highlights: {cells: {}, fences: {}}}
  };
}

/** Holds a text against a file beside the tests; `UPDATE=1` writes it. */
export function golden(path: string, text: string): void {
  if (process.env.UPDATE) writeFileSync(at(path), text);
  expect(text, `${path}; UPDATE=1 writes it`).toBe(readFileSync(at(path), "utf8"));
}
