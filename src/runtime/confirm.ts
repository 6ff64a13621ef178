/** A cell that destroys, might destroy, or says `confirm`, starts only after a person has confirmed exactly this. */
import {createHash} from "node:crypto";
import type {Confirmation, Exactly} from "../model/event.ts";
import type {AnyKind, Assessment, BoundVariable} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";
import {putQuestion} from "./ask.ts";
import {host, user} from "./identity.ts";
import type {Where} from "./reach-target.ts";
import {connectionOf} from "./reach-target.ts";
import {markOf} from "./redact.ts";
import type {Stage} from "./stage.ts";

/** False: it was refused, or nobody answered. */
export async function confirmCell(stage: Stage, cell: Cell, assessment: Assessment): Promise<boolean> {
  if (!needsConfirmation(cell, assessment)) return true;
  const question = toConfirmation(cell, assessment, {
    values: stage.variables.bound,
    show: (text) => stage.redactor.text(text).text,
    target: await describeTarget(stage, cell)
  });
  const answer = await putQuestion(stage, cell, question);
  return answer?.type === "confirmed";
}

/** The cell destroys something, or nobody can say that it does not. */
export function destroys({options: {destructive, safe}}: Cell, {verdict}: Assessment): boolean {
  return destructive !== null || (verdict !== "harmless" && safe === null);
}

export function needsConfirmation(cell: Cell, assessment: Assessment): boolean {
  return cell.options.confirm || cell.options.phrase !== null || destroys(cell, assessment);
}

/** What a text would destroy; one that cannot be analysed might destroy anything. */
export async function assessCell(kind: AnyKind, cell: Cell, variables: Iterable<string>): Promise<Assessment> {
  try {
    return await kind.assess(cell, [...variables]);
  } catch (error) {
    return {
      verdict: "unknown",
      reasons: [],
      unknown: [`the text could not be analysed: ${error instanceof Error ? error.message : String(error)}`],
      names: []
    };
  }
}

export interface Circumstances {
  readonly values: ReadonlyMap<string, Pick<BoundVariable, "value" | "secret">>;
  readonly show: (text: string) => string; // without secrets
  readonly target: string;
}

export function toConfirmation(cell: Cell, assessment: Assessment, circumstances: Circumstances): Confirmation {
  return {type: "confirmation", phrase: cell.options.phrase, ...toExactly(cell, assessment, circumstances)};
}

/** The hash covers all that the person can see: text, options, host, user, target and the present values. */
export function toExactly(cell: Cell, {reasons, unknown, names}: Assessment, {values: bound, show, target}: Circumstances): Exactly {
  const {destructive, confirm} = cell.options;
  const values = Object.fromEntries(
    names.toSorted().flatMap((name) => {
      const variable = bound.get(name);
      return variable ? [[name, variable.secret ? markOf(name) : show(variable.value)]] : [];
    })
  );
  const answers = cell.answers.map(({prompt, secret}) => ({prompt, secret}));
  const covered = {
    text: cell.source,
    options: cell.options,
    config: cell.config,
    host,
    user,
    target,
    values,
    ...(answers.length > 0 && {answers})
  };
  return {
    reasons: [
      ...(destructive === null ? [] : [destructive]),
      ...reasons,
      ...(confirm && destructive === null && reasons.length === 0 ? ["the document asks for a confirmation"] : [])
    ],
    unknown,
    values,
    text: cell.source,
    sha256: createHash("sha256").update(JSON.stringify(covered)).digest("hex")
  };
}

function describeHost({targets, request}: Where & Pick<Stage, "targets">, on: string | null): string {
  if (on === null || on === "local") return "local";
  try {
    return `${on} (${targets.host(on)})`;
  } catch {
    return `${on} (${request.runbook.settings.hosts[on]?.url})`; // a value it needs is not known yet
  }
}

/** Where the cell acts, in words; starts nothing and asks no server. */
export async function describeTarget(stage: Where & Pick<Stage, "targets">, cell: Cell): Promise<string> {
  const place = stage.kindOf(cell).targets === "hosts" ? describeHost(stage, cell.options.on) : null;
  if (place !== null && Object.keys(stage.request.runbook.settings.connections).length === 0) return place;
  const connection = (await stage.targets.open()).describe(connectionOf(stage, cell));
  return place === null ? connection : `${place}; ${connection}`;
}
