import {createRequire} from "node:module";
import type {Page} from "playwright";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe objects to at WCAG 2.2 AA; the page's context bypasses its policy, which forbids scripts of others. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({path: axe});
  return page.evaluate(async () => {
    const {axe} = window as unknown as {
      axe: {run(root: Document, options: object): Promise<{violations: {id: string; nodes: {html: string}[]}[]}>};
    };
    const {violations} = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]});
    return violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html.slice(0, 120)).join(" ")}`);
  });
}
