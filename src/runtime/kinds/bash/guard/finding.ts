/** Something that a person should know before a cell runs. */
export interface Finding {
  readonly type: "destructive" | "unknown"; // unknown: nobody can tell what is executed
  readonly what: string;
  readonly line: number;
}
