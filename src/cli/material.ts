import {open, readdir} from "node:fs/promises";
import {join} from "node:path";

import type {KeptOutput, Material, Page} from "../evidence/material.ts";
import type {Runbook} from "../model/runbook.ts";
import {openRunbook} from "../parser/index.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {readRun} from "../runtime/runs.ts";
import {readAlone} from "../server/assets.ts";
import {highlightRunbook} from "../server/highlight.ts";

/** Of one file in `outputs`, and of all of them together: what a page for people holds. The files themselves are in the run folder. */
const longestOutput = 1024 * 1024;
const longestOutputs = 16 * 1024 * 1024;

/** Reads all of a run folder that evidence is made of. */
export async function readMaterial(folder: string, options: Parameters<typeof readRun>[1] = {}): Promise<Material> {
  const {bytes, included, begun, path, events, run, live, damage, sha256} = await readRun(folder, options);
  const parse = (document: typeof begun): Runbook =>
    openRunbook(document.bytes, {path, kinds, readFile: (file) => document.included.get(file) ?? null}).runbook;
  const runbook = parse({bytes, included});
  return {
    runbook,
    begun: begun.bytes === bytes ? runbook : parse(begun),
    bytes,
    included,
    events,
    run,
    live,
    journal: {sha256, damage},
    outputs: await readOutputs(join(folder, "outputs")),
    page: await readPage(runbook)
  };
}

async function readPage(runbook: Runbook): Promise<Page> {
  return {...(await readAlone()), highlights: await highlightRunbook(runbook)};
}

/** In the order of their names, so that the same folder gives the same bytes. */
async function readOutputs(folder: string): Promise<ReadonlyMap<string, KeptOutput>> {
  const found = new Map<string, KeptOutput>();
  const names = await readdir(folder).catch(() => []);
  let left = longestOutputs;
  for (const name of names.sort()) {
    const kept = await readHead(join(folder, name), Math.min(left, longestOutput));
    if (kept === null) continue;
    found.set(name, kept);
    left -= kept.head.length;
  }
  return found;
}

async function readHead(path: string, most: number): Promise<KeptOutput | null> {
  const file = await open(path, "r");
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return null;
    const {buffer, bytesRead} = await file.read(Buffer.alloc(Math.min(most, stat.size)), 0, Math.min(most, stat.size), 0);
    return {head: buffer.subarray(0, bytesRead), bytes: stat.size};
  } finally {
    await file.close();
  }
}
