/** An expression has no value: it reads what is not there, compares what cannot be compared, or is no expression. */
export class ExpressionError extends Error {
  override name = "ExpressionError";
}
