/** One thing in a text that a person should be asked about. */
export interface Finding {
  readonly type: "destructive" | "unknown";
  readonly what: string;
  readonly offset: number | null;
}
