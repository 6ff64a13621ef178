/** Connections of a run, loaded and opened only when something asks for one: most runs of bash alone never do. */
import type {ResolvedConnection} from "../model/kind.ts";
import {resolveHost} from "./connections/host.ts";
import type {openTargets} from "./connections/index.ts";

export interface LazyTargets {
  /** All of them; loads what they are made of. */
  open(): Promise<Targets>;
  connection(name: string): Promise<ResolvedConnection>;
  /** The URL of a host, with its values in place. */
  host(name: string): string;
  /** PG* for processes, by the connection that is the default one for them. */
  environment(name?: string): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}
type Options = Parameters<typeof openTargets>[0];
export type Targets = Awaited<ReturnType<typeof openTargets>>;

export function createTargets(options: Options): LazyTargets {
  let opening: Promise<Targets> | null = null;
  const opened = (): Promise<Targets> => (opening ??= import("./connections/index.ts").then(({openTargets}) => openTargets(options)));
  return {
    open: opened,
    host: (name) => resolveHost(options.settings, name, options.lookup),
    connection: async (name) => (await opened()).connection(name),
    environment: async (name) => (Object.keys(options.settings.connections).length === 0 ? {} : (await opened()).environment(name)),
    close: async () => {
      if (opening) await (await opening).close();
    }
  };
}
