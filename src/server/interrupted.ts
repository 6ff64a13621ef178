import type {AnyKind} from "../model/kind.ts";
import type {Interrupted} from "../model/served.ts";
import {findInterrupted, offerToResume} from "../runtime/resume-offer.ts";
import type {OpenedDocument} from "./library.ts";

/** An interrupted run that can be gone on with at a desk. */
export interface Offer extends Interrupted {
  readonly folder: string;
}

/** The last run of the document, if it was interrupted. */
export async function findOffer(
  {runbook, bytes, included, directory}: OpenedDocument,
  {runsDirectory, kinds}: {readonly runsDirectory: string; readonly kinds: readonly AnyKind[]}
): Promise<Offer | null> {
  const found = await findInterrupted(runsDirectory, directory, runbook.path);
  if (found === null) return null;
  const {run, operator} = found.run.start!;
  const offer = await offerToResume(found, {runbook, bytes, included, directory}, kinds);
  return {...offer, run, startedAt: found.run.startedAt!, operator, folder: found.folder};
}

/** Why the offer cannot be taken, in words; null when it can. */
export function refuseOffer(offer: Offer | null, acceptChanges: boolean): string | null {
  if (offer === null) return "there is no interrupted run of this runbook to go on with";
  if (offer.refused !== null) return offer.refused;
  return acceptChanges || offer.changed.length === 0 ? null : `this must be accepted first: ${offer.changed.join("; ")}`;
}

/** Where its folder is, no page needs to know. */
export function toServed(offer: Offer | null): Interrupted | null {
  if (offer === null) return null;
  const {folder: _, ...served} = offer;
  return served;
}
