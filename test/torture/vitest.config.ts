import {defineConfig} from "vitest/config";

/** Too long for every day. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/torture/*.torture.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true
  }
});
