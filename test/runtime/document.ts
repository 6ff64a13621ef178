/** Documents as they are written, performed with the real kinds. */
import type {Event} from "../../src/model/event.ts";
import type {Runbook} from "../../src/model/runbook.ts";
import {parseRunbook} from "../../src/parser/index.ts";
import type {RunRequest} from "../../src/runtime/conductor.ts";
import {kinds} from "../../src/runtime/kinds/index.ts";
import type {Tried} from "./begin.ts";
import {begin} from "./begin.ts";
import {conduct} from "./tiny.ts";

export function parse(text: string): Runbook {
  const runbook = parseRunbook(new TextEncoder().encode(text), {path: "book.md", kinds});
  const error = runbook.problems.find(({severity}) => severity === "error");
  if (error) throw new Error(`${error.span.line}: ${error.message}`);
  return runbook;
}

/** Performs a document in which every question is confirmed. */
export async function performText(text: string, request: Partial<RunRequest> = {}): Promise<Tried> {
  const runbook = parse(text);
  const conductor = conduct(runbook, {ask: async () => ({answer: {type: "confirmed"}, by: "ada", note: "", via: "--confirm"})});
  return begin(runbook, {kinds, conductor, ...request});
}

export const eventsOf = <T extends Event["type"]>(events: readonly Event[], type: T): readonly Extract<Event, {type: T}>[] =>
  events.filter((event): event is Extract<Event, {type: T}> => event.type === type);

export const fence = (info: string, ...lines: readonly string[]): string => `\`\`\`${info}\n${lines.join("\n")}\n\`\`\`\n`;
