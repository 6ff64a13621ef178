/** The words of libpq's connection language: what each is called in the environment, and what happens to it here. */

export type Conninfo = ReadonlyMap<string, string>;

interface Keyword {
  readonly variable: string | null; // the PG* variable that stands for it
  /** `used`; `ignored`: it changes nothing that a cell could see; `refused` unless it has one of the values that change nothing. */
  readonly here: "used" | "ignored" | {readonly harmless: readonly string[]};
}

const keyword = (variable: string | null, here: Keyword["here"] = "used"): Keyword => ({variable, here});

export const keywords: Readonly<Record<string, Keyword>> = {
  host: keyword("PGHOST"),
  hostaddr: keyword("PGHOSTADDR"),
  port: keyword("PGPORT"),
  dbname: keyword("PGDATABASE"),
  user: keyword("PGUSER"),
  password: keyword("PGPASSWORD"),
  passfile: keyword("PGPASSFILE"),
  connect_timeout: keyword("PGCONNECT_TIMEOUT"),
  options: keyword("PGOPTIONS"),
  application_name: keyword("PGAPPNAME"),
  fallback_application_name: keyword(null),
  service: keyword("PGSERVICE"),
  servicefile: keyword("PGSERVICEFILE"),
  sslmode: keyword("PGSSLMODE"),
  sslrootcert: keyword("PGSSLROOTCERT"),
  sslcert: keyword("PGSSLCERT"),
  sslkey: keyword("PGSSLKEY"),
  sslpassword: keyword(null),
  sslcrl: keyword("PGSSLCRL"),
  ssl_min_protocol_version: keyword("PGSSLMINPROTOCOLVERSION"),
  ssl_max_protocol_version: keyword("PGSSLMAXPROTOCOLVERSION"),
  target_session_attrs: keyword("PGTARGETSESSIONATTRS"),
  // the text of a cell and of its rows is always UTF-8 on the wire
  client_encoding: keyword("PGCLIENTENCODING", "ignored"),
  keepalives: keyword(null, "ignored"),
  keepalives_idle: keyword(null, "ignored"),
  keepalives_interval: keyword(null, "ignored"),
  keepalives_count: keyword(null, "ignored"),
  tcp_user_timeout: keyword(null, "ignored"),
  sslcompression: keyword("PGSSLCOMPRESSION", "ignored"),
  krbsrvname: keyword("PGKRBSRVNAME", "ignored"),
  gsslib: keyword("PGGSSLIB", "ignored"),
  gssdelegation: keyword("PGGSSDELEGATION", "ignored"),
  gssencmode: keyword("PGGSSENCMODE", {harmless: ["disable", "prefer"]}),
  channel_binding: keyword("PGCHANNELBINDING", {harmless: ["disable", "prefer"]}),
  sslnegotiation: keyword("PGSSLNEGOTIATION", {harmless: ["postgres"]}),
  sslsni: keyword("PGSSLSNI", {harmless: ["1"]}),
  sslcertmode: keyword("PGSSLCERTMODE", {harmless: ["allow"]}),
  sslcrldir: keyword("PGSSLCRLDIR", {harmless: []}),
  requiressl: keyword("PGREQUIRESSL", {harmless: ["0"]}),
  requirepeer: keyword("PGREQUIREPEER", {harmless: []}),
  require_auth: keyword("PGREQUIREAUTH", {harmless: []}),
  replication: keyword(null, {harmless: ["false", "off", "no", "0"]}),
  load_balance_hosts: keyword("PGLOADBALANCEHOSTS", {harmless: ["disable"]}),
  min_protocol_version: keyword("PGMINPROTOCOLVERSION", {harmless: ["3.0"]}),
  max_protocol_version: keyword("PGMAXPROTOCOLVERSION", {harmless: ["3.0", "latest"]})
};

/** What libpq turns into settings of the session. */
export const sessionVariables: Readonly<Record<string, string>> = {PGDATESTYLE: "datestyle", PGTZ: "timezone", PGGEQO: "geqo"};

/** A connection string or a file that says something wrong. Its message never holds a value: it could be a password. */
export class ConninfoError extends Error {
  override name = "ConninfoError";
}
