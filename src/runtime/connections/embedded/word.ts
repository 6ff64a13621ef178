/** What stands in place of a connection string to ask for a throw-away PostgreSQL. */
export const EMBEDDED = "embedded";
