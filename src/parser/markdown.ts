import type {Root} from "mdast";
import remarkDirective from "remark-directive";
import remarkFrontmatter from "remark-frontmatter";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import {type Processor, unified} from "unified";

const COLON = 58;
const processor = unified()
  .use(remarkParse)
  .use(remarkGfm, {singleTilde: false})
  .use(remarkFrontmatter, ["yaml"])
  .use(remarkDirective)
  .use(blockDirectivesOnly)
  .freeze();

/** CommonMark, GFM, frontmatter, and directives that stand on lines of their own. */
export function parseMarkdown(text: string): Root {
  return processor.parse(text);
}

/** Text directives would eat `10:30`, `localhost:5432` and `postgres:alpine`: they do not exist here. */
function blockDirectivesOnly(this: Processor): void {
  const {micromarkExtensions = []} = this.data() as {
    micromarkExtensions?: {flow?: Record<number, unknown>; text?: Record<number, unknown>}[];
  };
  for (const extension of micromarkExtensions) {
    if (extension.flow?.[COLON] && extension.text?.[COLON]) delete extension.text[COLON];
  }
}
