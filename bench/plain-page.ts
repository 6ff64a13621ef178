/** The twin of measure 12: the same document and events over the same wire, as anybody would write it with Lit, everything rendered. */
import {html, LitElement, render} from "lit";

interface Step {
  readonly id: string;
  readonly source: string;
}

class PlainCell extends LitElement {
  static override properties = {step: {attribute: false}, output: {attribute: false}};
  declare step: Step;
  declare output: string;
  protected override createRenderRoot() {
    return this;
  }
  override render() {
    return html`<h4>${this.step.id}</h4><button>Run</button><pre><code>${this.step.source}</code></pre><pre class="out">${this.output}</pre>`;
  }
}
customElements.define("plain-cell", PlainCell);

const run = location.hash.slice(1);
const {runbook} = (await (await fetch(`/api/runs/${run}`)).json()) as {runbook: {steps: readonly Step[]}};
const outputs = new Map<string, string>();
const source = new EventSource(`/api/runs/${run}/events`);
let seq = 0;
let isDue = false;
source.onmessage = ({data}) => {
  const event = JSON.parse(data as string) as {seq: number; type: string; step: string; output: {text: string}};
  seq = event.seq;
  if (event.type === "output-written") outputs.set(event.step, (outputs.get(event.step) ?? "") + event.output.text);
  if (isDue) return;
  isDue = true;
  setTimeout(show);
};
const app = document.createElement("main");
document.body.append(app);

function show(): void {
  isDue = false;
  render(
    runbook.steps.map((step) => html`<plain-cell .step=${step} .output=${outputs.get(step.id) ?? ""}></plain-cell>`),
    app
  );
  Object.assign(app, {seq});
}
