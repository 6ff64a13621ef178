import type {Danger} from "./dangers.ts";

const dataFolder =
  /(^|\/)(pgdata|pg_wal|pg_xlog|pg_tblspc)(\/|$)|(^|\/)var\/lib\/(postgresql|postgres|pgsql|mysql|mongodb|docker)(\/|$)|\/pgsql\/data(\/|$)/i;
const device = /^\/dev\/(?!null$|zero$|stdout$|stderr$|stdin$|tty|fd\/|shm\/|full$|u?random$)/;

/** A folder that holds a database, by its name or by the variable it is written with. */
export const isDataFolder = (text: string, source = text): boolean =>
  dataFolder.test(text) || /\$\{?\w*(PGDATA|DATA_?DIR|DATADIR|DATA_DIRECTORY)\b/i.test(source);
export const isDevice = (text: string): boolean => device.test(text);

const overDevice: Danger = ({plain}) => plain.some(isDevice) && "writes over a device";
const always =
  (what: string): Danger =>
  () =>
    what;

/** Files, disks and volumes. */
export const diskDangers: Readonly<Record<string, Danger>> = {
  rm: ({flag, plain}) =>
    flag("rR", "recursive") ? "removes files and folders" : plain.some((text) => isDataFolder(text)) && "removes files of a database",
  shred: always("overwrites files"),
  truncate: ({flag}) => flag("s", "size") && "cuts files off",
  unlink: ({plain}) => plain.some((text) => isDataFolder(text)) && "removes a file of a database",
  mv: ({plain}) => plain.slice(0, -1).some((text) => isDataFolder(text)) && "moves files of a database",
  dd: ({args}) =>
    args.some((text) => text.startsWith("of=") && text !== "of=/dev/null" && text !== "of=/dev/stdout") && "writes over its target",
  rsync: ({args}) =>
    args.some((text) => /^--(del|delete(-\w+)*|remove-source-files)$/.test(text)) && "removes files that are not in its source",
  cp: overDevice,
  tee: overDevice,
  find: ({args}) => args.includes("-delete") && "removes what it finds",
  mkfs: always("makes a new file system"),
  mke2fs: always("makes a new file system"),
  mkswap: always("makes swap space of a device"),
  wipefs: ({flag}) => flag("a", "all") && "wipes signatures of a file system",
  blkdiscard: always("discards a device"),
  fdisk: ({flag}) => !flag("lx", "list", "list-details") && "changes partitions",
  sfdisk: ({flag}) => !flag("lJd", "list", "dump", "json") && "changes partitions",
  sgdisk: ({flag}) => !flag("pi", "print", "info") && "changes partitions",
  parted: ({args}) => !args.includes("print") && !args.includes("-l") && "changes partitions",
  lvremove: always("removes a logical volume"),
  vgremove: always("removes a volume group"),
  pvremove: always("removes a physical volume"),
  lvreduce: always("shrinks a logical volume"),
  zfs: ({args: [verb]}) => (verb === "destroy" || verb === "rollback") && `${verb}s a data set`,
  zpool: ({args: [verb]}) => (verb === "destroy" || verb === "labelclear") && "destroys a pool",
  btrfs: ({plain}) => plain[0] === "subvolume" && plain[1] === "delete" && "deletes a subvolume",
  mdadm: ({flag}) => flag("S", "stop", "zero-superblock", "remove") && "stops or removes an array",
  cryptsetup: ({plain}) => /^(luksFormat|erase|luksErase)$/.test(plain[0] ?? "") && "erases an encrypted volume",
  git: ({plain: [verb], flag, args}) =>
    verb === "clean" && flag("f", "force")
      ? "removes untracked files"
      : verb === "reset" && args.includes("--hard") && "throws changes away",
  crontab: ({flag}) => flag("r") && "removes all jobs of a user"
};
