/** What cells of one session share, opened at the first of them and closed at the end of the run. */
import type {AnyKind, SessionContext} from "../model/kind.ts";
import type {Cell} from "../model/runbook.ts";

export interface Sessions {
  open(kind: AnyKind, cell: Cell): Promise<unknown>;
  /** Closes all, the last opened first; says what a person should know. */
  close(): Promise<readonly string[]>;
}

const patienceMs = 10_000;

export const sessionKey = ({kind, options: {session, on}}: Cell): string => JSON.stringify([kind, session, on]);

/** A cell without `on=` means the connection called default. */
const withTarget = (cell: Cell): Cell => ({...cell, options: {...cell.options, on: cell.options.on ?? "default"}});

export function createSessions(contextOf: (cell: Cell) => SessionContext): Sessions {
  const opened = new Map<string, {readonly kind: AnyKind; readonly name: string; readonly session: Promise<unknown>}>();
  return {
    open(kind, cell) {
      const key = kind.targets === "connections" ? sessionKey(withTarget(cell)) : sessionKey(cell);
      const known = opened.get(key);
      if (known) return known.session;
      const {session: name} = cell.options;
      const session = Promise.resolve(kind.open(contextOf(cell)));
      opened.set(key, {kind, name, session});
      session.catch(() => opened.delete(key)); // the next cell tries again
      return session;
    },
    async close() {
      const notes: string[] = [];
      for (const {kind, name, session} of [...opened.values()].reverse()) {
        try {
          notes.push(...(await withPatience(session.then((open) => kind.close(open)))));
        } catch (error) {
          notes.push(`the ${kind.name} session "${name}" could not be closed: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      opened.clear();
      return notes;
    }
  };
}

/** A session that cannot be closed must not keep the run from ending. */
async function withPatience<T>(closing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${patienceMs / 1000} s`)), patienceMs);
  });
  try {
    return await Promise.race([closing, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
