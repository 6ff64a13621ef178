/** The call is wrong, or what it names: nothing was run. The command line prints it and exits with 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
