import type {Definition, Nodes, RootContent} from "mdast";

/** Prose as the page needs it: without positions, with references resolved to what they mean. */
export class Prose {
  readonly #definitions: ReadonlyMap<string, Definition>;

  constructor(definitions: ReadonlyMap<string, Definition>) {
    this.#definitions = definitions;
  }

  clean<T extends RootContent>(nodes: readonly T[]): T[] {
    return nodes.filter(({type}) => type !== "definition").map((node) => this.#cleanNode(node));
  }

  #cleanNode<T extends RootContent>(node: T): T {
    const copy: Record<string, unknown> & {children?: unknown} = {};
    for (const [key, value] of Object.entries(node)) {
      if (key === "position" || key === "data" || value === undefined || (value === null && key !== "checked")) continue;
      copy[key] = key === "children" ? this.clean(value as RootContent[]) : value;
    }
    if (node.type === "containerDirective" && (node.children[0] as {data?: {directiveLabel?: boolean}} | undefined)?.data?.directiveLabel) {
      (copy.children as {data?: unknown}[])[0]!.data = {directiveLabel: true};
    }
    return this.#resolve(copy as unknown as T);
  }

  #resolve<T extends RootContent>(node: T): T {
    if (node.type !== "linkReference" && node.type !== "imageReference") return node;
    const found = this.#definitions.get(node.identifier);
    if (!found) return node;
    const {url, title} = found;
    const titled = title === null || title === undefined ? {} : {title};
    if (node.type === "linkReference") return {type: "link", url, ...titled, children: node.children} as unknown as T;
    return {type: "image", url, ...titled, ...(node.alt ? {alt: node.alt} : {})} as unknown as T;
  }
}

/** Link definitions count for the whole document; of two, the first. */
export function findDefinitions(root: Nodes): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  const visit = (node: Nodes): void => {
    if (node.type === "definition" && !found.has(node.identifier)) found.set(node.identifier, node);
    if ("children" in node) for (const child of node.children) visit(child);
  };
  visit(root);
  return found;
}
