/** A cell that destroys, might destroy, or says `confirm`, starts only after a person has confirmed exactly this. */
import {createHash} from "node:crypto";
import type {Confirmation} from "../model/event.ts";
import type {Assessment} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";
import {putQuestion} from "./ask.ts";
import {host, user} from "./identity.ts";
import {markOf} from "./redact.ts";
import type {Stage} from "./stage.ts";

/** False: it was refused, or nobody answered. */
export async function confirmCell(stage: Stage, cell: Cell): Promise<boolean> {
  const assessment = await assess(stage, cell);
  if (!needsConfirmation(cell, assessment)) return true;
  const answer = await putQuestion(stage, cell, await toConfirmation(stage, cell, assessment));
  return answer?.type === "confirmed";
}

export function needsConfirmation({options: {confirm, phrase, destructive, safe}}: Cell, {verdict}: Assessment): boolean {
  return confirm || phrase !== null || destructive !== null || (verdict !== "harmless" && safe === null);
}

/** The hash covers all that the person can see: text, options, host, user, target and the present values. */
async function toConfirmation(stage: Stage, cell: Cell, {reasons, unknown, names}: Assessment): Promise<Confirmation> {
  const {destructive, confirm, phrase} = cell.options;
  const values = Object.fromEntries(
    names.flatMap((name) => {
      const variable = stage.variables.bound.get(name);
      return variable ? [[name, variable.secret ? markOf(name) : stage.redactor.text(variable.value).text]] : [];
    })
  );
  const bound = {
    text: cell.source,
    options: cell.options,
    config: cell.config,
    host,
    user,
    target: await identify(stage, cell),
    values
  };
  return {
    type: "confirmation",
    phrase,
    reasons: [
      ...(destructive === null ? [] : [destructive]),
      ...reasons,
      ...(confirm && destructive === null && reasons.length === 0 ? ["the document asks for a confirmation"] : [])
    ],
    unknown,
    values,
    text: cell.source,
    sha256: createHash("sha256").update(JSON.stringify(bound)).digest("hex")
  };
}

async function assess(stage: Stage, cell: Cell): Promise<Assessment> {
  try {
    return await stage.kindOf(cell).assess(cell, [...stage.variables.bound.keys()]);
  } catch (error) {
    return {
      verdict: "unknown",
      reasons: [],
      unknown: [`the text could not be analysed: ${error instanceof Error ? error.message : String(error)}`],
      names: []
    };
  }
}

async function identify(stage: Stage, cell: Cell): Promise<string> {
  const name = cell.options.on ?? "default";
  if (stage.kindOf(cell).targets === "hosts") return cell.options.on ?? "local";
  try {
    const at = await stage.targets.connection(name);
    return at.embedded ? `${name}: embedded` : `${name}: ${at.user}@${at.host}:${at.port}/${at.database}`;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`; // the cell will fail with it
  }
}
