/** What measure 7 compares: the runbook parser, and remark with the same extensions on the whole document. */
import type {Root} from "mdast";
import remarkDirective from "remark-directive";
import remarkFrontmatter from "remark-frontmatter";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import {unified} from "unified";

export {parseRunbook} from "../src/parser/index.ts";
export {kinds} from "../src/runtime/kinds/index.ts";

const processor = unified().use(remarkParse).use(remarkFrontmatter).use(remarkGfm).use(remarkDirective).freeze();
export const parsePlainly = (text: string): Root => processor.parse(text);
