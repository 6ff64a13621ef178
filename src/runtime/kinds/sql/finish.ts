import type {Place} from "../../../model/event.ts";
import type {Finish} from "../../../model/kind.ts";
import type {ServerError} from "./statement-query.ts";

/** How a cell's own promise was broken. */
export interface Failure {
  readonly sqlstate: string | null;
  readonly error: Finish["error"];
  readonly lost: string | null;
  readonly timedOut?: boolean; // the server ended it when the attempt's time was over
}

export const plainFailure = (message: string, place: Place | null, sqlstate: string | null = null): Failure => ({
  sqlstate,
  error: {message, place, detail: null},
  lost: null
});

/** An error of the server, with everything it said. */
export function failureOf({message, code, detail, hint, where, internalQuery}: ServerError, place: Place): Failure {
  const more = Object.entries({DETAIL: detail, HINT: hint, QUERY: internalQuery, CONTEXT: where}).flatMap(([label, text]) =>
    text ? [`${label}: ${text}`] : []
  );
  return {sqlstate: code, error: {message, place, detail: more.length > 0 ? more.join("\n") : null}, lost: null};
}

export function finished({
  failure,
  transaction,
  detail = null
}: {
  readonly failure: Failure | null;
  readonly transaction: Finish["transaction"];
  readonly detail?: string | null;
}): Finish {
  return {
    exit: null,
    signal: null,
    sqlstate: failure ? failure.sqlstate : "00000",
    error: failure?.error ?? null,
    lost: failure?.lost ?? null,
    state: null,
    transaction,
    leftovers: [],
    kept: [],
    detail,
    shell: null,
    timedOut: failure?.timedOut ?? false
  };
}
