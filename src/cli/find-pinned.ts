/** Where --confirm-destructive may stand for a person's word without a drill: each cell that destroys acts on a pinned cluster. */
import type {Plan} from "../model/plan.ts";
import type {Runbook, StepId} from "../model/runbook.ts";
import {pathOf} from "../model/runbook.ts";
import {UsageError} from "../model/usage-error.ts";
import {kinds} from "../runtime/kinds/index.ts";
import {rehearse} from "../runtime/rehearse.ts";
import type {GivenHere} from "./given-for.ts";
import {asksForPerson} from "./headless.ts";

/** The cells whose connection pins its cluster; throws where one that would be confirmed for everybody does not. `isOver`: it is not executed any more. */
export async function findPinned(
  runbook: Runbook,
  plan: Plan,
  given: GivenHere,
  isOver: (id: StepId) => boolean = () => false
): Promise<ReadonlySet<StepId>> {
  const steps = await rehearse({runbook, plan, kinds, ...given});
  const loose = steps.find(
    ({step, cell}) =>
      cell?.confirmation &&
      cell.confirmation.phrase === null &&
      cell.server !== "pinned" &&
      !asksForPerson(step) &&
      !given.answers.has(step.id) &&
      !isOver(step.id)
  );
  if (loose)
    throw new UsageError(
      `--confirm-destructive without --drill needs a connection with system_identifier for each cell that destroys: "${loose.step.id}" (${pathOf(runbook, loose.step.span)}:${loose.step.span.line}) acts on ${loose.cell!.target}, which has none; pin it, give --drill, or --confirm ${loose.step.id}`
    );
  return new Set(steps.flatMap(({step, cell}) => (cell?.server === "pinned" ? [step.id] : [])));
}
