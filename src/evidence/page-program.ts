/** The program of a page that stands alone, as it stands there: builds of one version may differ in it, and in nothing else. */
import {createHash} from "node:crypto";

export interface PageProgram {
  readonly script: string;
  readonly style: string;
}

const [styleBegins, styleEnds] = ["\n<style>", "</style>\n"];
const [scriptBegins, scriptEnds] = ['\n<script type="module">', "</script>\n</body>\n</html>\n"];

/** Nothing in it may end the element that holds it, or begin a comment there. */
export const toInline = ({script, style}: PageProgram): PageProgram => ({
  script: script.replace(/<(?=\/script|!--)/gi, "\\x3c"),
  style: style.replace(/<\/style/gi, "<\\/style")
});

/** The sha256, in hexadecimal, of script and style as they stand in a page. */
export function digestProgram(program: PageProgram): string {
  const {script, style} = toInline(program);
  return createHash("sha256").update(script).update(style).digest("hex");
}

/** What `toHtml` put into a page, whoever built it; null for what is no such page. */
export function readProgram(html: string): PageProgram | null {
  const style = html.indexOf(styleBegins);
  const styleEnd = html.indexOf(styleEnds, style);
  const script = html.lastIndexOf(scriptBegins);
  if (style < 0 || styleEnd < 0 || script < styleEnd || !html.endsWith(scriptEnds)) return null;
  return {
    script: html.slice(script + scriptBegins.length, -scriptEnds.length),
    style: html.slice(style + styleBegins.length, styleEnd)
  };
}
