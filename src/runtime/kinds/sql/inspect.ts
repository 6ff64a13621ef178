/** What is wrong with the text of an SQL cell, found without a server. */
import type {Flaw} from "../../../model/kind.ts";
import type {Cell, Runbook} from "../../../model/runbook.ts";
import type {RuntimeRule} from "../../rules.ts";
import {classify, refuseInBlock, refuseInput} from "./classify.ts";
import {lex} from "./lexer.ts";
import {cutMetaCommands} from "./meta-commands.ts";
import {placesIn} from "./offsets.ts";
import type {SqlConfig} from "./options.ts";
import {loadPgQuery} from "./pg-query.ts";
import {split} from "./split.ts";
import {findVariables, mask} from "./variables.ts";

export async function inspect({source, config, options}: Cell, runbook: Runbook): Promise<readonly Flaw[]> {
  const flaws: Flaw[] = [];
  const placeOf = placesIn(source);
  const flaw = (severity: Flaw["severity"], rule: RuntimeRule, message: string, offset: number): void =>
    void flaws.push({rule, severity, message, place: placeOf(offset)});
  const connections = Object.keys(runbook.settings.connections);
  if (options.on === null && connections.length > 0 && !connections.includes("default")) {
    flaw(
      "error",
      "sql-target",
      `no connection of the frontmatter is called "default"; say on=${connections[0]} or another of ${connections.join(", ")}`,
      0
    );
  }
  const {text, commands} = cutMetaCommands(source);
  for (const {name, start} of commands)
    flaw("error", "sql-meta-command", `psql's ${name} is not SQL; use a bash cell: psql -X -v ON_ERROR_STOP=1`, start);
  const {tokens, unterminated} = lex(text);
  if (unterminated) {
    flaw("error", "sql-unterminated", `the ${unterminated.what} is never closed`, unterminated.start);
    return flaws;
  }
  const names = namesOf(runbook);
  const uses = findVariables(text, tokens);
  for (const {form, name, start} of uses) {
    if (form !== "raw" && !names.has(name)) flaw("error", "sql-variable", `there is no input and no capture "${name}"`, start);
  }
  const own = uses.filter(({form, name}) => form !== "raw" || names.has(name));
  const pgQuery = await loadPgQuery();
  const readable =
    [mask(text, own, "identifier"), mask(text, own, "number")].find((masked) => pgQuery.parse(masked).type === "parsed") ??
    mask(text, own, "identifier");
  for (const statement of split(readable, pgQuery)) {
    const classified = classify(statement, readable);
    const refused = refuseInBlock(classified, (config as SqlConfig).transaction);
    if (classified.readsInput) flaw("error", "sql-copy-input", refuseInput, statement.start);
    if (refused !== null) flaw("error", "sql-transaction", refused, statement.start);
    if (statement.refusal && !classified.readsInput)
      flaw(
        "warning",
        "sql-syntax",
        `${statement.refusal.message}, says PostgreSQL's parser (version 18); the server will judge`,
        statement.refusal.offset
      );
  }
  return flaws;
}

const namesOf = ({inputs, steps}: Runbook): ReadonlySet<string> =>
  new Set([...inputs.map(({name}) => name), ...steps.flatMap((step) => (step.type === "cell" ? step.captures.map(({name}) => name) : []))]);
