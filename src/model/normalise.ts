/** Takes out of a text what is another one at every run: times, durations, ids, process ids, addresses, temporary names. */
export const normalise = (text: string): string => rules.reduce((now, [pattern, mark]) => now.replaceAll(pattern, mark), text);

const rules: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?/g, "<time>"],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [\w ]{3,12}\d{2}:\d{2}:\d{2}(?: [AP]M)?(?: \w{3,4})?(?: \d{4})?/g, "<time>"],
  [/\b\d{4}-\d{2}-\d{2}\b/g, "<date>"],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b0x[0-9a-f]+\b/gi, "<address>"],
  [/\b\d+(?:\.\d+)? ?(?:ns|us|µs|ms|seconds|secs|sec|s|min|minutes)\b/g, "<duration>"],
  [/\b(pid|process|job)(\]?[ :=#]+)\d+\b/gi, "$1$2<pid>"],
  [/\[\d+\]/g, "[<pid>]"],
  [/\/tmp\/[\w.-]+/g, "/tmp/<name>"],
  [/\b1[5-9]\d{8}(?:\d{3})?\b/g, "<time>"] // seconds or milliseconds since 1970
];
