import {userInfo} from "node:os";

import type {OpenedDocument} from "./document.ts";
import type {Given, GivenOptions} from "./given.ts";
import {readGiven} from "./given.ts";

/** What the call gave for a document, with the environment of this process. */
export interface GivenHere extends Given {
  readonly operator: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function givenFor({runbook}: OpenedDocument, options: GivenOptions & {readonly operator?: string}): Promise<GivenHere> {
  const operator = options.operator ?? process.env.RUNBOOK_OPERATOR ?? userInfo().username;
  const environment = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return {...(await readGiven(runbook, options, operator)), operator, environment};
}
