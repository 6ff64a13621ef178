interface Interrupted {
  cancel(signal: string): void;
  kill(): void;
}

/** Ctrl-C once cancels, twice kills; TERM and HUP are like the first. Returns what lets go of the signals again. */
export function onInterrupt({cancel, kill}: Interrupted): () => void {
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts++;
    if (interrupts === 1) cancel("Ctrl-C");
    else if (interrupts === 2) kill();
  };
  const terminate = (signal: NodeJS.Signals): void => cancel(signal);
  process.on("SIGINT", interrupt).on("SIGTERM", terminate).on("SIGHUP", terminate);
  return () => void process.off("SIGINT", interrupt).off("SIGTERM", terminate).off("SIGHUP", terminate);
}
