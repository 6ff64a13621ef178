import {defineConfig} from "vitest/config";

/** Everything that runs in Node, against real processes, a real PostgreSQL and a real browser. */
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 3 // they wait more than they work
  }
});
