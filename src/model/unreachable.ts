/** For the default of a switch over a union: compiles only when every variant is handled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
