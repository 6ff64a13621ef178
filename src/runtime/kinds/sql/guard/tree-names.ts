/** Names and phrases for what a parse tree holds, as an operator would write them. */
type Node = Readonly<Record<string, unknown>>;

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const string = (value: unknown): string => (typeof value === "string" ? value : "");

/** The parts of a list of String nodes: `["public", "shop"]`. */
export const strings = (value: unknown): readonly string[] =>
  list(value).map((item) => string(((item as Node).String as Node | undefined)?.sval));

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The quoted name of whatever names a thing: a RangeVar, a list of strings, a type, a function with arguments. */
export function nameOf(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return strings(value).map(quote).join(".");
  if (typeof value !== "object" || value === null) return "";
  const node = value as Node;
  const inner = node.RangeVar ?? node.RoleSpec ?? node.TypeName ?? node.ObjectWithArgs ?? node.List ?? node.String;
  if (inner !== undefined) return nameOf(inner);
  if (node.relname !== undefined)
    return [node.catalogname, node.schemaname, node.relname]
      .filter((part) => typeof part === "string")
      .map((part) => quote(part as string))
      .join(".");
  if (node.rolename !== undefined) return quote(string(node.rolename));
  if (node.sval !== undefined) return quote(string(node.sval));
  return nameOf(node.objname ?? node.names ?? node.items ?? []);
}

const NAMED_DROPS: Readonly<Record<string, readonly [phrase: string, field: string]>> = {
  DropdbStmt: ["DATABASE", "dbname"],
  DropRoleStmt: ["ROLE", "roles"],
  DropTableSpaceStmt: ["TABLESPACE", "tablespacename"],
  DropOwnedStmt: ["OWNED BY", "roles"],
  DropSubscriptionStmt: ["SUBSCRIPTION", "subname"],
  DropUserMappingStmt: ["USER MAPPING FOR SERVER", "servername"]
};
const OBJECTS: Readonly<Record<string, string>> = {
  MATVIEW: "MATERIALIZED VIEW",
  TABCONSTRAINT: "CONSTRAINT",
  FDW: "FOREIGN DATA WRAPPER",
  FOREIGN_SERVER: "SERVER"
};
const object = (type: unknown): string => {
  const name = string(type).replace(/^OBJECT_/, "");
  return OBJECTS[name] ?? name.replaceAll("_", " ");
};

export function describeDrop(type: string, node: Node): string {
  const [phrase, field] = NAMED_DROPS[type] ?? [object(node.removeType), "objects"];
  const named = node[field];
  const names = (Array.isArray(named) ? named.map(nameOf) : [nameOf(named)]).filter((name) => name !== "").join(", ");
  return `DROP ${phrase}${names === "" ? "" : ` ${names}`}${node.behavior === "DROP_CASCADE" ? " CASCADE" : ""}`;
}

/** The DROPs of an ALTER. */
export function describeAlter(type: string, node: Node): readonly string[] {
  if (type === "AlterTableStmt") {
    return list(node.cmds).flatMap((item) => {
      const command = ((item as Node).AlterTableCmd ?? {}) as Node;
      const what =
        command.subtype === "AT_ColumnDefault" && command.def === undefined
          ? "DROP DEFAULT"
          : /^AT_Drop\w+$/.test(string(command.subtype))
            ? spell(string(command.subtype))
            : null;
      if (what === null) return [];
      const name = command.name === undefined ? "" : ` ${nameOf(command.name)}`;
      return [
        `ALTER ${object(node.objtype)} ${nameOf(node.relation)} ${what}${name}${command.behavior === "DROP_CASCADE" ? " CASCADE" : ""}`
      ];
    });
  }
  if (type === "AlterDomainStmt") {
    const what =
      node.subtype === "T"
        ? node.def === undefined
          ? "DROP DEFAULT"
          : undefined
        : {N: "DROP NOT NULL", X: "DROP CONSTRAINT"}[string(node.subtype)];
    return what === undefined
      ? []
      : [`ALTER DOMAIN ${nameOf(node.typeName)} ${what}${node.name === undefined ? "" : ` ${nameOf(node.name)}`}`];
  }
  if (type === "AlterExtensionContentsStmt" && node.action === -1) return [`ALTER EXTENSION ${nameOf(node.extname)} DROP`];
  if (type === "AlterOpFamilyStmt" && node.isDrop) return [`ALTER OPERATOR FAMILY ${nameOf(node.opfamilyname)} DROP`];
  if (type === "AlterPublicationStmt" && node.action === "AP_DropObjects") return [`ALTER PUBLICATION ${nameOf(node.pubname)} DROP`];
  if (type === "AlterSubscriptionStmt" && node.kind === "ALTER_SUBSCRIPTION_DROP_PUBLICATION")
    return [`ALTER SUBSCRIPTION ${nameOf(node.subname)} DROP PUBLICATION`];
  if (type === "AlterTSConfigurationStmt" && node.kind === "ALTER_TSCONFIG_DROP_MAPPING")
    return [`ALTER TEXT SEARCH CONFIGURATION ${nameOf(node.cfgname)} DROP MAPPING`];
  if (JSON.stringify(node.options ?? null).includes('"DEFELEM_DROP"')) return [`ALTER … OPTIONS (DROP …)`];
  return [];
}

/** `AT_DropNotNull` as `DROP NOT NULL`. */
const spell = (subtype: string): string =>
  subtype
    .slice(3)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();

/** A condition that is the same for every row: it names no column, asks no query and calls no function. */
export const isConstant = (condition: unknown): boolean =>
  !/"(ColumnRef|SubLink|FuncCall|CurrentOfExpr|ParamRef|SQLValueFunction)":/.test(JSON.stringify(condition));
