import type {Call, Danger} from "./dangers.ts";

const always =
  (what: string): Danger =>
  () =>
    what;
const verbs =
  (pattern: RegExp, what: string): Danger =>
  ({plain}) =>
    plain.find((text) => pattern.test(text)) !== undefined && what;

const pgControl: Danger = ({plain}) => {
  if (plain.includes("promote")) return "promotes a standby";
  if (plain.includes("stop") || plain.includes("restart")) return "stops a database server";
  return plain.includes("kill") && "signals a process of a database server";
};
const service: Danger = ({plain}) => /^(stop|restart|try-restart|force-reload)$/.test(plain.at(-1) ?? "") && "stops a service";
const repository =
  (pattern: RegExp, what: string): Danger =>
  ({plain}) =>
    plain.some((text) => pattern.test(text)) && what;
const sends = ({args}: Call, pattern: RegExp): boolean =>
  args.some((text, at) => pattern.test(text) || (text === "-s" && pattern.test(`-${args[at + 1]}`)));

/** Databases and the services around them. `psql` has a judge of its own. */
export const serverDangers: Readonly<Record<string, Danger>> = {
  dropdb: always("drops a database"),
  dropuser: always("drops a role"),
  pg_dropcluster: always("drops a cluster"),
  pg_resetwal: always("resets the write-ahead log"),
  pg_resetxlog: always("resets the write-ahead log"),
  pg_rewind: ({flag}) => !flag("n", "dry-run") && "rewinds a data folder",
  pg_archivecleanup: ({flag}) => !flag("n", "dry-run") && "removes archived WAL files",
  pg_restore: ({flag}) => flag("c", "clean") && flag("d", "dbname") && "drops objects before it restores them",
  pg_ctl: pgControl,
  pg_ctlcluster: pgControl,
  pgbackrest: repository(/^(restore|expire|stanza-delete|stop)$/, "changes backups or a data folder"),
  barman: repository(/^(delete|recover|restore)$/, "changes backups or a data folder"),
  "wal-g": repository(/^(delete|backup-fetch)$/, "changes backups or a data folder"),
  "wal-e": repository(/^(delete|backup-fetch)$/, "changes backups or a data folder"),
  repmgr: repository(/^(promote|switchover|rejoin|unregister|clone)$/, "changes who is primary"),
  patronictl: repository(/^(failover|switchover|remove|reinit|restart|demote-cluster|promote-cluster)$/, "changes a cluster"),
  pg_autoctl: repository(/^(failover|switchover|promotion|drop|stop)$/, "changes a cluster"),
  systemctl: verbs(/^(stop|restart|try-restart|kill|isolate|disable|mask|poweroff|reboot|halt|kexec)$/, "stops a service"),
  service,
  "rc-service": service,
  shutdown: ({flag}) => !flag("c") && "stops the machine",
  reboot: always("restarts the machine"),
  poweroff: always("stops the machine"),
  halt: always("stops the machine"),
  init: ({plain: [level]}) => (level === "0" || level === "6") && "stops the machine",
  kill: (call) => sends(call, /^-(9|SIGKILL|KILL|3|QUIT|SIGQUIT)$/) && "kills a process",
  pkill: always("signals processes by name"),
  killall: always("signals processes by name"),
  "redis-cli": ({args}) => args.some((text) => /^(flushall|flushdb|shutdown)$/i.test(text)) && "empties or stops a store",
  userdel: always("removes an account"),
  curl: ({args}) =>
    args.some((text, at) => /^(-X|--request=?)DELETE$/.test(text) || (/^(-X|--request)$/.test(text) && args[at + 1] === "DELETE")) &&
    "asks a server to delete"
};
