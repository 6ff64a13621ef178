import {formatDuration} from "../../model/duration.ts";
import type {Output, Stream} from "../../model/event.ts";
import {toSize} from "./amounts.ts";
import type {Paint} from "./paint.ts";
import {toTerminalLine} from "./sanitize.ts";
import {tableLines} from "./table.ts";
import {quiet} from "./words.ts";

const LONGEST = 16_384; // letters of a line that has not ended are shown at the latest then
const MOST_ROWS = 50;

/** The outputs of one attempt as lines: text comes in pieces, and a line is shown once it is whole. */
export interface OutputLines {
  add(output: Output): readonly string[];
  /** What has not ended with a line break, and where the rest of long output stands. */
  end(): readonly string[];
}

export function createOutputLines(paint: Paint): OutputLines {
  const open: Record<Stream, string> = {stdout: "", stderr: ""};
  const bars: Record<Stream, string> = {stdout: paint.dim("│"), stderr: paint.yellow("┆")};
  const over = new Map<Stream, {file: string; bytes: number}>();
  const show = (stream: Stream, line: string): string => `  ${bars[stream]} ${toTerminalLine(line, {colour: paint.isColorSupported})}`;

  return {
    add(output) {
      switch (output.type) {
        case "text":
          return addText(output.stream, output.text);
        case "base64":
          return addText(output.stream, Buffer.from(output.base64, "base64").toString("utf8"));
        case "overflowed":
          over.set(output.stream, {file: output.file, bytes: output.bytes});
          return [];
        case "table":
          return tableLines(output, paint, {most: MOST_ROWS}).map((line) => `  ${bars.stdout} ${line}`);
        case "command":
          return [`  ${bars.stdout} ${quiet(output.tag)} ${paint.dim(`· ${formatDuration(output.ms)}`)}`];
        case "notice":
          return [
            `  ${bars.stderr} ${quiet(output.severity)}: ${quiet(output.message)}`,
            ...(output.detail === null ? [] : [`  ${bars.stderr} DETAIL: ${quiet(output.detail)}`]),
            ...(output.hint === null ? [] : [`  ${bars.stderr} HINT: ${quiet(output.hint)}`])
          ];
      }
    },
    end() {
      const lines: string[] = [];
      for (const stream of ["stdout", "stderr"] as const) {
        if (open[stream] !== "") lines.push(show(stream, open[stream]));
        open[stream] = "";
      }
      for (const [stream, {file, bytes}] of over)
        lines.push(`  ${bars[stream]} ${paint.dim(`… ${stream} is ${toSize(bytes)}; all of it: ${file}`)}`);
      over.clear();
      return lines;
    }
  };

  function addText(stream: Stream, text: string): readonly string[] {
    const pieces = text.split("\n");
    pieces[0] = open[stream] + pieces[0];
    open[stream] = pieces.pop()!;
    const lines = pieces.map((line) => show(stream, line.replace(/\r$/, "")));
    while (open[stream].length > LONGEST) {
      const rest = open[stream].includes("\r") ? open[stream].slice(open[stream].lastIndexOf("\r") + 1) : open[stream];
      if (rest.length > LONGEST) lines.push(show(stream, rest.slice(0, LONGEST)));
      open[stream] = rest.length > LONGEST ? rest.slice(LONGEST) : rest;
    }
    return lines;
  }
}
