import {hint} from "../model/nearest.ts";
import type {Expression, Problem, Runbook} from "../model/runbook.ts";
import {pathOf} from "../model/runbook.ts";
import {rules} from "./rules.ts";

/** What expressions of included parts read must be there: in the part, or in what includes it. */
export function checkExpanded(runbook: Runbook): readonly Problem[] {
  const {steps, inputs, milestones} = runbook;
  const ids = new Set<string>(steps.map(({id}) => id));
  const variables = new Set([
    ...inputs.map(({name}) => name),
    ...steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []))
  ]);
  const problem = ({span}: Expression, message: string): Problem => ({
    rule: "expression-name",
    severity: rules["expression-name"].severity,
    message,
    path: pathOf(runbook, span),
    span
  });
  const check = (expression: Expression | null): readonly Problem[] =>
    (expression?.span.file === undefined ? [] : expression.reads).flatMap((read) => {
      if (read.startsWith("steps.") && !ids.has(read.slice(6)))
        return [problem(expression!, `there is no step "${read.slice(6)}" in what is included, nor in what includes it`)];
      const name = read.startsWith("vars.") ? read.slice(5) : null;
      if (name === null || variables.has(name)) return [];
      return [problem(expression!, `no input and no capture sets "${name}"${hint(name, variables)}`)];
    });
  return [
    ...steps.flatMap((step) => {
      if (step.type === "decision") return check(step.choose);
      if (step.type !== "cell") return [];
      return [step.options.when, ...step.expectations.map(({that}) => that), ...step.captures.map(({value}) => value)].flatMap(check);
    }),
    ...milestones.flatMap(({at}) => check(at))
  ];
}
