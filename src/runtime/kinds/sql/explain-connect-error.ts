import type {ResolvedConnection} from "../../../model/kind.ts";

/** Why there is no connection, where to, and what to do; without any password. */
export function explainConnectError(error: unknown, {name, host, port, database, user, ssl}: ResolvedConnection): string {
  const {code, message} = readError(error);
  const where = host.startsWith("/") ? `the socket "${host}/.s.PGSQL.${port}"` : `${host}:${port}`;
  const failed = (why: string, hint: string): string => `connection "${name}": ${why}; ${hint}`;
  switch (code) {
    case "ECONNREFUSED":
      return failed(`${where} refuses connections`, "is PostgreSQL running there and listening on this port?");
    case "ENOENT":
      return failed(
        `there is no server at ${where}`,
        "is PostgreSQL running? give a host, or `connections: { default: embedded }` for a throw-away database"
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return failed(`the host name "${host}" is not known`, "check its spelling and this machine's name service");
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return failed(`${where} cannot be reached (${code})`, "check network, firewall and address");
    case "28P01":
      return failed(
        `${where} refuses the password for user "${user}"`,
        "check the password in the connection, PGPASSWORD or the password file"
      );
    case "28000":
      return failed(`${where} does not let user "${user}" in: ${message}`, "check the role and pg_hba.conf");
    case "3D000":
      return failed(`${where} has no database "${database}"`, "check the name or create it");
    case "53300":
      return failed(`${where} has no connection left: ${message}`, "end other sessions or raise max_connections");
    case "57P03":
      return failed(`${where} does not take connections now: ${message}`, "wait until it is ready");
    default:
      if (message === "timeout expired")
        return failed(`${where} did not answer in time`, "check network and firewall, or raise connect_timeout");
      return failed(
        `${where} as user "${user}", database "${database}": ${message}`,
        ssl === false ? "check the connection's settings" : "check the connection's settings and its sslmode"
      );
  }
}

function readError(error: unknown): {readonly code: string | undefined; readonly message: string} {
  // several addresses of one name fail as one AggregateError without a message
  if (error instanceof AggregateError && error.errors.length > 0) return readError(error.errors[0]);
  if (!(error instanceof Error)) return {code: undefined, message: String(error)};
  const {code} = error as Error & {code?: string};
  return {code, message: error.message || String(code)};
}
