import {html, nothing} from "lit";
import {customElement, state} from "lit/decorators.js";

import type {ClosingAnswered, Finding, Said} from "../model/closing.ts";
import {closingTexts, laterWhys} from "../model/closing.ts";
import {stepLabel} from "../model/step-label.ts";
import {closingLabels, readSaid} from "./closing-form.ts";
import {RunElement} from "./elements.ts";
import {dayAndTime, plural} from "./words.ts";

/** What only people know of a run that is over: what was said, what nobody has said yet, and a form to say it. */
@customElement("closing-record")
export class ClosingRecord extends RunElement {
  @state() private isOpen = false;
  @state() private isSending = false;
  @state() private trouble: string | null = null;
  @state() private rows = 1; // of findings

  override render() {
    const {run, source} = this.store;
    if (run.ended === null) return nothing;
    const said = [...run.closing];
    const open = this.#open(said);
    return html`<section class="closing" aria-label="What only people know">
      ${said.length === 0 ? nothing : html`<dl>${closingTexts.map((name) => entry(closingLabels[name], latest(said, name)))}${this.#findings(said)}${said.map(({signOff, at}) => (signOff === null ? nothing : html`<div><dt>Signed off</dt><dd>${signOff.name}, ${signOff.role}, ${dayAndTime(at)}</dd></div>`))}</dl>`}
      <p class="aside">${open === 0 ? "All that only people know has been said." : `What only people know: ${plural(open, "thing")} nobody has said${source.say === null ? "" : " yet"}.`}
        ${source.say === null ? nothing : html`<button type="button" aria-expanded=${this.isOpen ? "true" : "false"} @click=${() => (this.isOpen = !this.isOpen)}>${open === 0 ? "Say more" : "Complete the record"}</button>`}</p>
      ${this.isOpen ? this.#form(said) : nothing}
    </section>`;
  }

  #open(said: readonly ClosingAnswered[]): number {
    const texts = closingTexts.filter((name) => latest(said, name) === null).length;
    return (
      texts +
      Number(latest(said, "findings") === null) +
      Number(said.every(({signOff}) => signOff === null)) +
      Number(this.#owed().length > 0)
    );
  }

  #owed() {
    const whys = laterWhys(this.store.run.closing);
    return [...this.store.run.deviations].filter(({seq, why}) => why === "" && !whys.has(seq));
  }

  #findings(said: readonly ClosingAnswered[]) {
    const findings = latest(said, "findings");
    if (findings === null) return nothing;
    if (findings.length === 0) return html`<div><dt>Findings</dt><dd>none</dd></div>`;
    const detail = ({severity, owner, due, ticket}: Finding): string =>
      [severity, owner && `owner ${owner}`, due && `due ${due}`, ticket].filter(Boolean).join(", ");
    return findings.map((one) => html`<div><dt>Finding</dt><dd>${one.finding} <span class="aside">${detail(one)}</span></dd></div>`);
  }

  #form(said: readonly ClosingAnswered[]) {
    const known = latest(said, "findings") ?? [];
    const rows = [...known, ...Array.from({length: this.rows}, () => null)];
    return html`<form class="end-form" aria-label="For the record" @submit=${(event: SubmitEvent) => void this.#send(event)}>
      ${this.trouble === null ? nothing : html`<p role="alert" class="failure">${this.trouble}</p>`}
      <div class="end-texts">${closingTexts.map((name) => html`<label>${closingLabels[name]}<textarea name=${name} rows="2" .value=${latest(said, name) ?? ""}></textarea></label>`)}</div>
      ${this.#owed().map(({seq, step, deviation}) => {
        const found = step === null ? undefined : this.store.step(step);
        return html`<label>Why ${found ? `“${stepLabel(found)}”` : "the document"} was ${deviation.replaceAll("-", " ")}<input name="why:${seq}" autocomplete="off"></label>`;
      })}
      <fieldset class="end-deviations"><legend>Findings</legend>
        ${rows.map(
          (finding, row) =>
            html`<div class="finding">${findingFields.map(([name, label]) => html`<label>${label}<input name="${name}:${row}" autocomplete="off" .value=${finding?.[name] ?? ""}></label>`)}</div>`
        )}
        <button type="button" class="quiet small" @click=${() => this.rows++}>One more</button>
        <label class="check"><input type="checkbox" name="no-findings"> There are none</label>
      </fieldset>
      <div class="end-texts"><label>Sign off as (role)<input name="role" autocomplete="off"></label><label>Name<input name="name" autocomplete="off" .value=${this.store.document.you}></label></div>
      <div class="answers"><button class="confirm" ?disabled=${this.isSending}>Record it</button><button type="button" class="quiet" @click=${() => (this.isOpen = false)}>Not now</button></div>
    </form>`;
  }

  async #send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = readNews(new FormData(event.currentTarget as HTMLFormElement), [...this.store.run.closing]);
    if (typeof said === "string") {
      this.trouble = said;
      return;
    }
    this.isSending = true;
    this.trouble = await this.store.say(said);
    this.isSending = false;
    if (this.trouble === null) this.isOpen = false;
  }
}

const findingFields = [
  ["finding", "What was found"],
  ["severity", "Severity"],
  ["owner", "Owner"],
  ["due", "Due"],
  ["ticket", "Ticket"]
] as const;

/** What is new in the fields; in words what is wrong with them. */
function readNews(fields: FormData, said: readonly ClosingAnswered[]): Said | string {
  const read = readSaid(fields);
  const text = (name: string): string | null => String(fields.get(name) ?? "").trim() || null;
  const findings: Finding[] = [];
  for (let row = 0; fields.has(`finding:${row}`); row++) {
    const [finding, severity, owner, due, ticket] = findingFields.map(([name]) => text(`${name}:${row}`));
    if (finding) findings.push({finding, severity: severity ?? null, owner: owner ?? null, due: due ?? null, ticket: ticket ?? null});
    else if (severity || owner || due || ticket) return "say what was found";
  }
  const none = fields.has("no-findings");
  if (none && findings.length > 0) return "there are findings, and “There are none” is ticked";
  const changed = none || (findings.length > 0 && JSON.stringify(findings) !== JSON.stringify(latest(said, "findings")));
  const [role, name] = [text("role"), text("name")];
  if (role !== null && name === null) return "say who signs off";
  const news: Said = {
    ...read,
    ...Object.fromEntries(closingTexts.map((field) => [field, read[field] === latest(said, field) ? null : read[field]])),
    findings: changed ? findings : null,
    signOff: role !== null && name !== null ? {name, role} : null
  };
  const isNothing =
    closingTexts.every((field) => news[field] === null) &&
    news.findings === null &&
    news.signOff === null &&
    Object.keys(news.whys).length === 0;
  return isNothing ? "nothing new was said" : news;
}

function latest<K extends "findings" | (typeof closingTexts)[number]>(
  said: readonly ClosingAnswered[],
  name: K
): ClosingAnswered[K] | null {
  return said.findLast((one) => one[name] !== null)?.[name] ?? null;
}

const entry = (label: string, value: string | null) => (value === null ? nothing : html`<div><dt>${label}</dt><dd>${value}</dd></div>`);
