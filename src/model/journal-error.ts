/** The journal holds something that cannot have happened. */
export class JournalError extends Error {
  override name = "JournalError";
  readonly seq: number;
  constructor(seq: number, problem: string) {
    super(`journal broken at event ${seq}: ${problem}`);
    this.seq = seq;
  }
}
