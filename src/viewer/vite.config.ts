import {defineConfig} from "vite";

const at = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);

/** One page for everything: home, a runbook, a run that is opened again. */
export default defineConfig({
  root: at("."),
  base: "/",
  publicDir: false,
  resolve: {alias: {"@xterm/headless": "@xterm/headless/lib-headless/xterm-headless.mjs"}}, // its package.json names a file that is not there
  build: {outDir: at("../../dist/viewer"), emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: {polyfill: false}}
});
