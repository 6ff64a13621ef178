/** The page of a run that stands in the page itself: no server, no network, and no other page to go to. */
import {html, render} from "lit";

import {archived, readArchive} from "./archive.ts";
import "./runbook-page.ts";
import {RunStore} from "./store.ts";
import "./theme/index.css";

const app = document.createElement("div");
app.id = "app";

try {
  const store = await RunStore.open(archived(await readArchive(document.querySelector<HTMLScriptElement>("script#record")!)));
  document.getElementById("static")?.remove(); // it is for readers whose browser runs no script
  document.body.append(app);
  render(html`<runbook-page .store=${store}></runbook-page>`, app);
} catch (error) {
  console.error(error); // what stands in the page without a script stays
}
