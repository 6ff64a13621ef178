import * as v from "valibot";

/** The shape of the frontmatter. `schema/frontmatter.schema.json` is made from this. */
const words = v.pipe(v.string(), v.nonEmpty(), v.description("text"));
const name = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]*$/), v.description("a name: letters, digits, - and _"));
const variable = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/), v.description("the name of an environment variable"));
const duration = v.pipe(v.string(), v.regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/), v.description("a duration like 30s, 5m or 30d"));
const timeout = v.pipe(v.string(), v.regex(/^((\d+(\.\d+)?(ms|s|m|h|d))+|none)$/), v.description("a duration like 30s or 10m, or none"));
const url = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.description('a connection: embedded, a URL, "service=name" or "host=… dbname=…"; it may hold ${NAME}')
);
const requirement = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][\w.+-]*( *>= *\d+(\.\d+)*)?$/),
  v.description('a program, such as "curl" or "pg_restore >= 15"')
);
const glob = v.pipe(
  v.string(),
  v.regex(/^(?![/~])(\.\.\/)*(?!(.*\/)?\.\.(\/|$)).+$/),
  v.description("a path or pattern in the runbook's folder, or with ../ before it in its repository")
);
const host = v.pipe(
  v.string(),
  v.regex(/^(ssh:\/\/\S+|\$\{[A-Za-z_][A-Za-z0-9_]*\})$/),
  v.description("a host, as ssh://user@host:port; it may hold ${NAME}")
);

const connection = v.strictObject({
  url,
  readonly: v.optional(v.pipe(v.boolean(), v.description("true or false"))),
  role: v.optional(v.pipe(v.picklist(["primary", "standby"]), v.description("primary or standby"))),
  system_identifier: v.optional(words),
  database: v.optional(words)
});

export const frontmatter = v.strictObject({
  title: v.optional(words),
  owner: v.optional(words),
  revision: v.optional(v.pipe(v.string(), v.nonEmpty(), v.description('text in quotes, such as "1.10"'))),
  defaults: v.optional(v.strictObject({timeout: v.optional(timeout)})),
  connections: v.optional(v.record(name, v.union([url, connection]))),
  hosts: v.optional(v.record(name, host)),
  secrets: v.optional(v.array(variable)),
  requires: v.optional(v.array(requirement)),
  files: v.optional(v.array(glob)),
  drill: v.optional(v.strictObject({every: duration}))
});

export type Frontmatter = v.InferOutput<typeof frontmatter>;
