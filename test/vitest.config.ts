import {availableParallelism} from "node:os";

import {defineConfig} from "vitest/config";
import type {TestSpecification} from "vitest/node";
import {BaseSequencer} from "vitest/node";

/** The drills take longest, and the last of them would run alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isDrill = ({moduleId}: TestSpecification): boolean => moduleId.includes("/test/runbooks/");
    return (await super.sort(files)).sort((a, b) => Number(isDrill(b)) - Number(isDrill(a)));
  }
}

/** Everything that runs in Node, against real processes, a real PostgreSQL and a real browser. */
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    testTimeout: 240_000, // whole runbooks on a real lab, on whatever machine this is
    hookTimeout: 240_000,
    expect: {poll: {timeout: 30_000}}, // of a machine that is busy
    sequence: {sequencer: LongestFirst},
    isolate: false, // a process of its own for each file takes a twelfth of the whole
    maxWorkers: Math.max(3, availableParallelism()) // they wait more than they work
  }
});
