import type {Settings} from "../../model/runbook.ts";
import {fillTemplate} from "./template.ts";

/** The URL of a host of the frontmatter with its values in place; throws an error that says what it needs. */
export function resolveHost({hosts}: Settings, name: string, lookup: (name: string) => string | undefined): string {
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
  if (!host) throw new Error(`the frontmatter has no host "${name}"`);
  return fillTemplate(host.url, (needed) => {
    const value = lookup(needed);
    if (value === undefined || value === "") throw new Error(`host "${name}" needs \${${needed}}, which has no value yet`);
    return value;
  });
}
