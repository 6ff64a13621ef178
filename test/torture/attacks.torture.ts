/** Flips every byte of an archive, one at a time; of its page, which is mostly the viewer, every EVERYth only, if that is said. */
import {beforeAll, expect, it} from "vitest";

import {flip, makeTarget} from "../bag/attack.ts";
import {problemsOf, verify} from "../bag/bag.ts";
import {usePlace} from "../cli/command.ts";

const place = usePlace();
const ofPage = Number(process.env.EVERY ?? 1);
let target: Awaited<ReturnType<typeof makeTarget>>;
beforeAll(async () => {
  target = await makeTarget(place);
});

it("every byte that is flipped is detected", async () => {
  expect(problemsOf(await verify(target.root, target.trust))).toEqual([]);
  const every = (path: string): number => (path.endsWith(".html") ? ofPage : 1);
  const {tried, missed} = await flip(target, {every, bits: (offset) => [offset % 8]});
  console.log(`${tried} bytes of an archive were flipped`);
  expect(missed).toEqual([]);
});
