import {html} from "lit";
import {customElement, property} from "lit/decorators.js";

import type {Slot} from "../model/runbook.ts";
import {RunElement} from "./elements.ts";
import {markerLine} from "./slots.ts";

/** Stands in the document where a milestone, an objective, a reminder or an include was written. */
@customElement("runbook-marker")
export class RunbookMarker extends RunElement {
  @property({attribute: false}) of!: Slot["of"];
  @property({attribute: false}) name!: string;

  override render() {
    return html`<p class="marker">${markerLine(this.store, this.of, this.name)}</p>`;
  }
}
