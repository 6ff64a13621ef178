/** Cells that were ready and go on: what they print is recorded while later cells run, and a run does not end before they have. */
import {formatDuration} from "../model/duration.ts";
import type {Outcome} from "../model/event.ts";
import type {Background, Finish} from "../model/kind.ts";

export interface Backgrounds {
  /** `record` is told once how it came out; without a finish nobody knows more, without an outcome it goes on without its runner. */
  follow(background: Background, record: (outcome: Outcome | null, finish: Finish | null) => Promise<void>): void;
  /** Ends them all: the run is over, or is killed, or its runner goes away while it has not ended. */
  end(why: "over" | "killed" | "left"): Promise<void>;
}

const patienceMs = 20_000;

/** `isCancelled`: whoever kills a run kills them, too. */
export function createBackgrounds(isCancelled: () => boolean): Backgrounds {
  const going = new Map<Background, Promise<void>>();
  let why: "over" | "killed" | "left" = "over";
  let giveUp: () => void;
  const tooLong = new Promise<null>((resolve) => {
    giveUp = () => resolve(null);
  });

  return {
    follow(background, record) {
      const over = Promise.race([background.ended, tooLong])
        .then((finish) => record(why === "left" && finish?.kept.length ? null : toOutcome(finish), finish))
        .catch(() => {}) // the journal is lost, and whoever drives the run hears of that
        .finally(() => going.delete(background));
      going.set(background, over);
    },
    async end(reason) {
      why = reason;
      const timer = setTimeout(giveUp, patienceMs);
      for (const background of going.keys()) background.end(why !== "killed");
      await Promise.all(going.values());
      clearTimeout(timer);
    }
  };

  function toOutcome(finish: Finish | null): Outcome {
    if (finish === null) return {type: "lost", message: `it could not be ended within ${formatDuration(patienceMs)}`};
    if (finish.lost !== null) return {type: "lost", message: finish.lost};
    if (why === "left") return {type: "lost", message: "it was ended when its runner left the run"};
    if (why === "killed") return {type: "cancelled"};
    if (finish.error === null) return {type: "passed"};
    return isCancelled() ? {type: "cancelled"} : {type: "failed", message: finish.error.message, place: finish.error.place};
  }
}
