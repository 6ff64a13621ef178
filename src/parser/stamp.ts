import type {Runbook, Span} from "../model/runbook.ts";

/** The same runbook, each of whose places says the file that it is in. */
export function stampSpans(runbook: Runbook, file: string): Runbook {
  return stamp(runbook, file) as Runbook;
}

/** Prose has no places, and what a kind makes of its options is its own. */
const OTHERS = new Set(["nodes", "before", "after", "config"]);

function stamp(value: unknown, file: string): unknown {
  if (Array.isArray(value)) return value.map((item) => stamp(item, file));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === "span") return [key, {...(item as Span), file}];
      return [key, OTHERS.has(key) && typeof item === "object" ? item : stamp(item, file)];
    })
  );
}
