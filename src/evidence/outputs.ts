/** What an attempt produced, as texts in the order in which it came. */
import type {Output, Stream, Table} from "../model/event.ts";
import {isNumeric} from "../model/kind.ts";
import type {Attempt} from "../model/run.ts";
import {unreachable} from "../model/unreachable.ts";
import {bytesWords, countWords, plainLine, plainText} from "./plain.ts";
import {fileOf} from "./steps.ts";

export type Block =
  | {readonly type: "text"; readonly stream: Stream; readonly text: string} // as it was printed
  | {readonly type: "table"; readonly table: Table}
  | {readonly type: "remark"; readonly text: string}; // a notice, a statement that ended well, what the journal could not hold

export function blocksOf({outputs}: Attempt): readonly Block[] {
  const blocks: Block[] = [];
  const long = new Map<Stream, Extract<Output, {type: "overflowed"}>>();
  for (const output of outputs) {
    switch (output.type) {
      case "text":
        addText(blocks, output.stream, output.text);
        break;
      case "base64":
        addText(blocks, output.stream, new TextDecoder().decode(Buffer.from(output.base64, "base64")));
        break;
      case "overflowed":
        long.set(output.stream, output);
        break;
      case "table":
        blocks.push({type: "table", table: output});
        break;
      case "command":
        blocks.push({type: "remark", text: output.tag});
        break;
      case "notice":
        blocks.push({type: "remark", text: noticeWords(output)});
        break;
      default:
        unreachable(output);
    }
  }
  for (const output of long.values())
    blocks.push({
      type: "remark",
      text: `${output.stream} is ${bytesWords(output.bytes)} long; what stands here is its beginning, the whole is outputs/${fileOf(output)}`
    });
  return blocks;
}

function addText(blocks: Block[], stream: Stream, text: string): void {
  const last = blocks.at(-1);
  if (last?.type === "text" && last.stream === stream) blocks[blocks.length - 1] = {...last, text: last.text + text};
  else blocks.push({type: "text", stream, text});
}

function noticeWords({severity, message, detail, hint}: Extract<Output, {type: "notice"}>): string {
  return [`${severity}: ${message}`, ...(detail === null ? [] : [`DETAIL: ${detail}`]), ...(hint === null ? [] : [`HINT: ${hint}`])].join(
    "\n"
  );
}

/** What a block says, as lines of plain text. */
export function blockText(block: Block): string {
  return block.type === "table" ? tableText(block.table) : plainText(block.text);
}

/** The rows that were kept, aligned; and how many there were. */
export function tableText({columns, rows, total}: Table): string {
  const cells = rows.map((row) => row.map((value) => (value === null ? "NULL" : plainLine(value))));
  const heads = columns.map(({name}) => plainLine(name));
  const widths = heads.map((head, column) => cells.reduce((most, row) => Math.max(most, lengthOf(row[column] ?? "")), lengthOf(head)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const gap = " ".repeat(Math.max(0, Math.min(widths[column] ?? 0, widest) - lengthOf(cell)));
        return isNumeric(columns[column]!) ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd();
  const missing = total - rows.length;
  return [
    ...(heads.length === 0 ? [] : [line(heads), widths.map((width) => "-".repeat(Math.min(width, widest))).join("  ")]),
    ...cells.map(line),
    `(${countWords(total, "row")}${missing > 0 ? `, ${missing} of them not kept` : ""})`
  ].join("\n");
}

const widest = 80; // of a column; a longer value stands whole and pushes the rest of its line
const lengthOf = (text: string): number => [...text].length;
