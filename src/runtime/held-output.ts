/** What an attempt printed, kept as it was for the expressions that read it: all of it, or nothing. */
import type {AttemptFacts, Held} from "../expression/index.ts";
import type {Notice, Stream, Table} from "../model/event.ts";
import type {Finish, RawOutput} from "../model/kind.ts";

export interface HeldOutput {
  take(output: RawOutput): void;
  readonly rowCount: number | null; // of the last statement that counts rows
  facts(finish: Finish, durationMs: number): AttemptFacts;
}

export const mostHeldBytes = 16 * 1024 ** 2; // of an attempt, all together
const mostNotices = 1000;

/** `text` says whether any expression will read what it printed. */
export function holdOutput({text}: {text: boolean}): HeldOutput {
  let room = mostHeldBytes;
  let rowCount: number | null = null;
  const streams: Record<Stream, {bytes: number; parts: Uint8Array[] | null}> = {
    stdout: {bytes: 0, parts: text ? [] : null},
    stderr: {bytes: 0, parts: text ? [] : null}
  };
  const tables: Table[] = [];
  const notices: Notice[] = [];

  return {
    take(output) {
      switch (output.type) {
        case "bytes":
          return hold(streams[output.stream], output.bytes);
        case "table":
          rowCount = output.total;
          tables.push(holdTable(output));
          return;
        case "command":
          rowCount = countIn(output.tag) ?? rowCount;
          return;
        case "notice":
          if (notices.length < mostNotices) notices.push(output);
      }
    },
    get rowCount() {
      return rowCount;
    },
    facts: ({exit, sqlstate}, durationMs) => ({
      exit,
      sqlstate,
      stdout: release("stdout"),
      stderr: release("stderr"),
      tables,
      notices,
      rowCount,
      bytes: streams.stdout.bytes,
      durationMs
    })
  };

  function hold(stream: {bytes: number; parts: Uint8Array[] | null}, bytes: Uint8Array): void {
    stream.bytes += bytes.length;
    if (stream.parts === null) return;
    if (bytes.length > room) {
      room += stream.bytes - bytes.length;
      stream.parts = null;
    } else {
      room -= bytes.length;
      stream.parts.push(bytes);
    }
  }

  function holdTable(table: Table): Table {
    let bytes = 0;
    for (const row of table.rows) for (const value of row) bytes += 16 + (value?.length ?? 0);
    if (bytes > room) return {...table, rows: []};
    room -= bytes;
    return table;
  }

  function release(name: Stream): Held<string> {
    const {bytes, parts} = streams[name];
    if (parts === null)
      return {
        type: "cut",
        message: text
          ? `${name} is ${bytes} bytes; an expression can read an attempt's output up to ${mostHeldBytes} bytes`
          : `${name} was not kept for expressions`
      };
    let value: string | null = null;
    return {
      type: "whole",
      get value() {
        value ??= Buffer.concat(parts).toString();
        return value;
      }
    };
  }
}

/** "INSERT 0 5", "SELECT 3"; "CREATE TABLE" counts nothing. */
function countIn(tag: string): number | null {
  const found = / (\d+)$/.exec(tag);
  return found ? Number(found[1]) : null;
}
