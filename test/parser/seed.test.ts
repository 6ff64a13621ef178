import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import type {Cell, Checklist} from "../../src/model/runbook.ts";
import {parseRunbook} from "../../src/parser/index.ts";
import {kinds} from "./kinds.ts";

const bytes = readFileSync(new URL("seed/runbook.md", import.meta.url));
const lines = bytes.toString().split("\n");
const runbook = parseRunbook(bytes, {path: "seed.md", kinds});
const cells = runbook.steps.filter((step): step is Cell => step.type === "cell");
const checklists = runbook.steps.filter((step): step is Checklist => step.type === "checklist");

test("an ordinary runbook opens without a change", () => {
  expect(runbook.problems.filter(({severity}) => severity === "error")).toEqual([]);
  expect(runbook.title).toBe("PostgreSQL Disaster Recovery Procedures");
  expect(cells.map(({span}) => span.line)).toEqual([
    109, 118, 131, 140, 149, 162, 182, 210, 222, 235, 245, 255, 266, 283, 294, 304, 322, 334, 374, 447, 463
  ]);
  expect(cells.every(({kind}) => kind === "bash")).toBe(true);
});

test("each line of a cell is the document's line", () => {
  for (const cell of cells)
    for (const [place, text] of cell.source.split("\n").entries()) expect(lines[cell.lines[place]![0] - 1]).toBe(text);
});

test("its 25 items stand in their sections", () => {
  expect(Object.fromEntries(checklists.map(({section, items}) => [section, items.length]))).toEqual({
    prerequisites: 4,
    "immediate--30-minutes": 5,
    "short-term--24-hours": 5,
    "long-term--1-week": 5,
    "monthly-drill-checklist": 6
  });
  for (const {items, advisory} of checklists) {
    expect(advisory).toBe(true);
    for (const {text, span} of items) expect(lines[span.line - 1]).toBe(`- [ ] ${text}`);
  }
});

test("its prose keeps its text", () => {
  expect(JSON.stringify(runbook.sections)).toContain("Daily at 02:00 UTC");
  const slugs = runbook.sections.map(({id}) => id as string);
  for (const [, anchor] of bytes.toString().matchAll(/\]\(#([^)]+)\)/g)) {
    if (!["recovery-objectives", "point-in-time-recovery"].includes(anchor!)) expect(slugs).toContain(anchor);
  }
});
