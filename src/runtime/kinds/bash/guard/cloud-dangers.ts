import type {Danger} from "./dangers.ts";

const container: Danger = ({plain, args, flag}) => {
  const [first = "", second = ""] = plain;
  if (/^(container|volume|image|network|system|service|stack|node|swarm|builder|secret|config)$/.test(first))
    return /^(rm|remove|prune|stop|kill|leave|restart)$/.test(second) && `${second}s: ${first}`;
  if (first === "compose") return compose({plain: plain.slice(1), args, flag, name: "docker-compose"});
  return /^(rm|rmi|stop|kill|restart)$/.test(first) && "stops or removes containers";
};
const compose: Danger = ({plain}) =>
  plain.slice(0, 4).some((text) => /^(down|rm|stop|kill|restart)$/.test(text)) && "stops or removes containers";

const kubernetes: Danger = ({plain, args, flag}) => {
  if (plain.includes("delete")) return "deletes resources";
  if (plain.includes("drain")) return "empties a node";
  if (plain.includes("scale") && args.some((text, at) => text === "--replicas=0" || (text === "--replicas" && args[at + 1] === "0")))
    return "stops all replicas";
  if (plain.includes("rollout") && (plain.includes("restart") || plain.includes("undo"))) return "replaces running pods";
  return plain.includes("replace") && flag("", "force") && "deletes and makes resources again";
};

const storage =
  (verbs: RegExp): Danger =>
  ({plain, args}) =>
    plain.slice(0, 3).some((text) => verbs.test(text))
      ? "removes stored objects"
      : args.some((text) => /^--delete(-\w+)*$/.test(text)) && "removes stored objects that are not in its source";

const aws: Danger = ({plain, args, ...call}) => {
  const verbs = plain.slice(0, 3);
  if (plain.includes("s3")) return storage(/^(rm|rb|mv)$/)({plain: verbs, args, ...call});
  const verb = verbs.find((text) =>
    /^(delete|terminate|stop|reboot|failover|remove|deregister|promote|purge|cancel|detach|disable|reset|revoke|switchover)(-|$)/.test(text)
  );
  return verb && `asks AWS to ${verb}`;
};
const cloud =
  (name: string): Danger =>
  ({plain}) => {
    const verb = plain.find((text) =>
      /^(delete|stop|reset|restart|failover|promote-replica|purge|deallocate|remove|rm|switchover)$/.test(text)
    );
    return verb && `asks ${name} to ${verb}`;
  };

/** Containers, clusters and clouds. */
export const cloudDangers: Readonly<Record<string, Danger>> = {
  docker: container,
  podman: container,
  nerdctl: container,
  "docker-compose": compose,
  "podman-compose": compose,
  kubectl: kubernetes,
  oc: kubernetes,
  helm: ({plain: [verb]}) => /^(uninstall|delete|rollback|del|un)$/.test(verb ?? "") && "removes a release or rolls it back",
  aws,
  gcloud: cloud("Google Cloud"),
  az: cloud("Azure"),
  gsutil: ({plain, flag}) => (/^(rm|rb|mv)$/.test(plain[0] ?? "") || (plain[0] === "rsync" && flag("d"))) && "removes stored objects",
  s3cmd: storage(/^(del|rm|rb|expire)$/),
  mc: storage(/^(rm|rb|mv)$/),
  rclone: ({plain: [verb]}) => /^(delete|deletefile|purge|rmdirs|sync|move|moveto|cleanup)$/.test(verb ?? "") && "removes stored objects",
  terraform: ({plain, flag}) =>
    (plain.includes("destroy") || (plain.includes("apply") && flag("", "destroy", "auto-approve"))) && "changes or destroys infrastructure",
  tofu: ({plain, flag}) =>
    (plain.includes("destroy") || (plain.includes("apply") && flag("", "destroy", "auto-approve"))) && "changes or destroys infrastructure"
};
