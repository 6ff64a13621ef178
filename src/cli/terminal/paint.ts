import pc from "picocolors";

/** Colours for a stream, or plain text where it is no terminal that wants them. */
export type Paint = ReturnType<typeof pc.createColors>;

export const plain: Paint = pc.createColors(false);

/** By the stream and the environment: NO_COLOR and FORCE_COLOR are heeded. */
export function paintFor(stream: {readonly isTTY?: boolean}, environment: NodeJS.ProcessEnv = process.env): Paint {
  if (environment.NO_COLOR) return plain;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== "0") return pc.createColors(true);
  return pc.createColors(stream.isTTY === true && environment.TERM !== "dumb");
}
