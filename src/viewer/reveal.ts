import {RunbookCell} from "./runbook-cell.ts";
import type {RunbookJsonText} from "./runbook-json-text.ts";
import type {RunbookOverflow} from "./runbook-overflow.ts";
import type {RunbookTable} from "./runbook-table.ts";
import type {Hit} from "./search.ts";

/** Shows a place that was found, whatever it was folded into, and marks it. */
export async function reveal({anchor, attempt, row, beyond, line, at, where}: Hit, length: number): Promise<void> {
  const element = document.getElementById(anchor);
  if (!element) return;
  let inside: Element = anchor.startsWith("step:") ? element : (element.closest("section") ?? element);
  if (element instanceof RunbookCell) {
    await element.show(attempt);
    const outputs = element.querySelector<Element & {updateComplete: Promise<boolean>}>("runbook-outputs");
    await outputs?.updateComplete;
    if (row !== null) {
      const table = element.querySelectorAll<RunbookTable>("runbook-table")[row.table];
      inside = (await table?.showRow(row.row)) ?? element;
    } else if (beyond !== null) {
      const rest = [...element.querySelectorAll<RunbookOverflow>("runbook-overflow")].find(({output}) => output.stream === beyond.stream);
      inside = (await rest?.showAround(beyond.from, beyond.line)) ?? element;
    } else if (where.startsWith("output")) {
      for (const text of element.querySelectorAll<RunbookJsonText>("runbook-json-text")) await text.showText();
      await frame();
      inside = outputs ?? element;
    }
  }
  history.replaceState(null, "", `#${anchor}`);
  (anchor.startsWith("step:") ? element : null)?.focus({preventScroll: true});
  const range = row === null ? findRange(inside, line, at, length) : findRange(inside, line.slice(at, at + length), 0, length);
  (range?.startContainer.parentElement ?? inside).scrollIntoView({block: "center"});
  if (range) bringInto(range);
  if ("highlights" in CSS) CSS.highlights.set("found", new Highlight(...(range ? [range] : [])));
}

/** The text within a line, however many nodes it is spread over. */
function findRange(container: Element, line: string, at: number, length: number): Range | null {
  const walker = document.createTreeWalker(container, NodeFilter.SHOW_TEXT);
  const nodes: {readonly node: Text; readonly from: number}[] = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push({node, from: text.length});
    text += node.data;
  }
  const whole = text.indexOf(line);
  const begin = whole < 0 ? text.toLowerCase().indexOf(line.slice(at, at + length).toLowerCase()) : whole + at;
  if (begin < 0) return null;
  const place = (offset: number) => {
    const found = nodes.findLast(({from}) => from <= offset)!;
    return [found.node, Math.min(offset - found.from, found.node.length)] as const;
  };
  const range = document.createRange();
  range.setStart(...place(begin));
  range.setEnd(...place(Math.max(begin, begin + length - 1)));
  range.setEnd(range.endContainer, Math.min((range.endContainer as Text).length, range.endOffset + 1));
  return range;
}

/** Scrolls the boxes around it, the output's own among them. */
function bringInto(range: Range): void {
  const box = range.startContainer.parentElement?.closest<HTMLElement>(".terminal, .rows, .json-tree");
  if (box) box.scrollTop += range.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
  const {top} = range.getBoundingClientRect();
  if (top < 120 || top > innerHeight - 80) window.scrollBy({top: top - innerHeight / 2});
}

const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
