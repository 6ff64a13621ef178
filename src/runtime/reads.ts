/** Which outputs the expressions of a runbook read, so that no others are kept. */
import type {Cell, Expression, Runbook, StepId} from "../model/runbook.ts";

export interface Reads {
  /** Later expressions read this step's facts by `steps["id"]`. */
  laterReads(step: StepId): boolean;
  /** Some expression reads what the cell prints. */
  readsText(cell: Cell): boolean;
}

export function findReads(runbook: Runbook): Reads {
  const named = new Set(
    allExpressions(runbook).flatMap(({reads}) => reads.filter((root) => root === "steps" || root.startsWith("steps.")))
  );
  const laterReads = (step: StepId): boolean => named.has("steps") || named.has(`steps.${step}`);
  return {
    laterReads,
    readsText: (cell) =>
      laterReads(cell.id) ||
      cell.captures.some(({value}) => value === null) ||
      ownExpressions(cell).some(({reads}) => reads.some((root) => texts.has(root)))
  };
}

const texts = new Set(["stdout", "stderr", "lines"]);

const ownExpressions = (cell: Cell): readonly Expression[] => [
  ...cell.expectations.map(({that}) => that),
  ...cell.captures.flatMap(({value}) => value ?? [])
];

function allExpressions({steps, milestones, objectives}: Runbook): readonly Expression[] {
  return [
    ...steps.flatMap((step): readonly Expression[] => {
      if (step.type === "cell") return [...ownExpressions(step), ...(step.options.when ? [step.options.when] : [])];
      return step.type === "decision" && step.choose ? [step.choose] : [];
    }),
    ...milestones.flatMap(({at}) => at ?? []),
    ...objectives.flatMap(({value}) => value ?? [])
  ];
}
