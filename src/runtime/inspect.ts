/** What the kinds find wrong with cells without running them, and what this version cannot execute yet. */
import type {AnyKind} from "../model/kind.ts";
import {locate} from "../model/kind.ts";
import type {Cell, Problem, Runbook, Span, Step} from "../model/runbook.ts";
import {pathOf, stepName} from "../model/runbook.ts";
import {inspectRollbacks} from "./inspect-rollbacks.ts";

export async function inspectRunbook(runbook: Runbook, kinds: readonly AnyKind[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [...findUnsupported(runbook, kinds), ...(await inspectRollbacks(runbook, kinds))];
  for (const step of runbook.steps) {
    if (step.type !== "cell") continue;
    const kind = kinds.find(({name}) => name === step.kind);
    for (const {rule, severity, message, place} of (await kind?.inspect(step, runbook)) ?? [])
      problems.push({rule, severity, message, path: pathOf(runbook, step.span), span: locate(step, place)});
  }
  const order = (path: string): number => (path === runbook.path ? 0 : 1);
  return problems.sort(
    (a, b) =>
      order(a.path) - order(b.path) ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) ||
      a.span.line - b.span.line ||
      a.span.column - b.span.column
  );
}

/** Nothing is ever ignored: what a document asks for and we cannot do is an error before anything runs. */
function findUnsupported({path, steps}: Runbook, kinds: readonly AnyKind[]): readonly Problem[] {
  const refuse = (what: string, span: Span): Problem => ({
    rule: "not-supported",
    severity: "error",
    message: `${what} is not supported by this version`,
    path: pathOf({path}, span),
    span
  });
  return [...steps.flatMap((step) => unsupportedIn(step, kinds).map(([what, span]) => refuse(`${what} of "${stepName(step)}"`, span)))];
}

function unsupportedIn(step: Step, kinds: readonly AnyKind[]): readonly (readonly [string, Span])[] {
  if (step.type !== "cell") return [];
  return unsupportedOptions(step, kinds).map((option) => [option, step.span] as const);
}

function unsupportedOptions({kind, options: {on, tty, background, ready, keep}}: Cell, kinds: readonly AnyKind[]): readonly string[] {
  const processes = kinds.find(({name}) => name === kind)?.targets === "hosts";
  return [
    ...(tty && !processes ? ["tty"] : []),
    ...(tty && processes && on !== null && on !== "local" ? ["tty on a host (say `ssh -tt` in a cell that runs here)"] : []),
    ...(processes && ready !== null && keep && on !== null && on !== "local" ? ["keep with ready= on a host"] : []),
    ...(background && !processes ? ["background"] : []),
    ...(ready !== null && !processes ? ["ready="] : []),
    ...(keep && !processes ? ["keep"] : [])
  ];
}
