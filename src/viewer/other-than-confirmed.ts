import {html, nothing} from "lit";

import type {Attempt} from "../model/run.ts";
import type {RunStore} from "./store.ts";

/** What an attempt did otherwise than its gate had shown. */
export function otherThanConfirmed({run}: RunStore, step: string, attempt: Attempt, earlier: Attempt | undefined) {
  const said = [...run.deviations].findLast(
    ({deviation, step: of, ms}) =>
      deviation === "not-as-confirmed" && of === step && ms <= attempt.startedMs && ms >= (earlier?.startedMs ?? 0)
  );
  return said ? html`<div class="edited"><p><strong>Not as it was confirmed</strong> ${said.why}</p></div>` : nothing;
}
