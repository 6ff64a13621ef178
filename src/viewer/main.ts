import {html, render} from "lit";

import type {ServedComparison, ServedHome} from "../model/served.ts";
import "./runbook-page.ts";
import type {RunSource} from "./source.ts";
import {getJson, live, recorded} from "./source.ts";
import {RunStore} from "./store.ts";
import "./theme/index.css";

const app = document.createElement("div");
app.id = "app";
document.body.append(app);
render(html`<main class="opening"><p role="status">Opening…</p></main>`, app);

try {
  const source = findSource();
  if (source === null) await showList();
  else render(html`<runbook-page .store=${await RunStore.open(source)}></runbook-page>`, app);
} catch (error) {
  render(
    html`<main class="broken"><h1>This page cannot be shown</h1><p>${error instanceof Error ? error.message : String(error)}</p><p><a href="/">All runbooks and runs</a></p></main>`,
    app
  );
}

/** What the page's address names; null for the list of all. */
function findSource(): RunSource | null {
  const [, page, ...rest] = location.pathname.split("/");
  const name = decodeURIComponent(rest.join("/"));
  return page === "runbook" ? live(name) : page === "run" ? recorded(name) : null;
}

/** The list of all, or two runs beside each other: what a page with a runbook does not need. */
async function showList(): Promise<void> {
  const [, page, ...runs] = location.pathname.split("/");
  if (page === "compare") {
    const compared = await getJson<ServedComparison>(`/api/compare/${runs.map(encodeURIComponent).join("/")}`);
    await import("./runbook-compare.ts");
    render(html`<runbook-compare .compared=${compared}></runbook-compare>`, app);
    return;
  }
  const home = await getJson<ServedHome>("/api/home");
  if (home.only !== null && home.runs.length === 0) return location.replace(`/runbook/${encodeURIComponent(home.only)}`);
  await import("./runbook-home.ts");
  render(html`<runbook-home .home=${home}></runbook-home>`, app);
}
