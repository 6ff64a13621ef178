/** A connection as an application holds it: one psql that is asked again and again, and started anew after it was lost. */
import {spawn} from "node:child_process";
import {randomUUID} from "node:crypto";

export const literal = (value) => (value === null ? "null" : `'${String(value).replaceAll("\0", "").replaceAll("'", "''")}'`);

/** `where()` says host and port at each new connection, so that clients follow the service when it moves. */
export function openConnection({where, user, database}) {
  let psql = null;
  let queue = Promise.resolve();

  const connect = () => {
    const {host, port} = where();
    const child = spawn("psql", ["-XAtq", "-F", "\t", "-h", host, "-p", port, "-U", user, "-d", database], {
      env: {...process.env, PGAPPNAME: "whatsapp-saas", PGCONNECT_TIMEOUT: "5"},
      stdio: ["pipe", "pipe", "pipe"]
    });
    psql = child;
    child.gone = new Promise((resolve) => {
      child.once("close", () => {
        if (psql === child) psql = null;
        resolve();
      });
    });
    child.stdin.on("error", () => {});
    return child;
  };

  /** Rows as arrays of text; rejects with what the server said, or when the connection is lost. */
  const ask = (sql) =>
    new Promise((resolve, reject) => {
      const child = psql ?? connect();
      const mark = randomUUID();
      let printed = "";
      let said = "";
      const finish = (settle, value) => {
        child.stdout.removeListener("data", read);
        child.stderr.removeListener("data", hear);
        settle(value);
      };
      const hear = (chunk) => (said += chunk);
      const read = (chunk) => {
        printed += chunk;
        const end = printed.indexOf(`${mark} `);
        if (end < 0 || !printed.endsWith("\n")) return;
        const failed = printed.slice(end).trim().endsWith("true");
        const rows = printed.slice(0, end).split("\n").slice(0, -1);
        const wrong = failed || (rows.length === 0 && said.includes("ERROR:")); // an earlier statement of several
        if (wrong) finish(reject, new Error(said.trim() || "the statement failed"));
        else
          finish(
            resolve,
            rows.map((row) => row.split("\t"))
          );
      };
      child.stdout.on("data", read);
      child.stderr.on("data", hear);
      child.gone.then(() => finish(reject, new Error(said.trim() || "the connection was lost")));
      child.stdin.write(`${sql};\n\\if :ERROR\n\\echo ${mark} true\nrollback;\n\\else\n\\echo ${mark} false\n\\endif\n`);
    });

  return {
    query(sql) {
      const answer = queue.then(() => ask(sql));
      queue = answer.catch(() => {});
      return answer;
    },
    close: () => psql?.stdin.end()
  };
}
