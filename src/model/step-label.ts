import type {Step} from "./runbook.ts";

/** What a page calls a step: its title or the id that its author wrote, else the first thing its code says. */
export function stepLabel(step: Step): string {
  if (step.title !== null) return step.title;
  if (step.written || step.type !== "cell") return step.id;
  const line = step.source.split("\n").find((text) => text.trim() !== "" && !text.startsWith("#!")) ?? "";
  return line.replace(/^\s*(?:#+|--)\s*/, "").trim() || step.id;
}
