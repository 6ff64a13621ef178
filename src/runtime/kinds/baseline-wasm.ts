import {setFlagsFromString} from "node:v8";

/**
 * Keeps this process from compiling its WebAssembly a second time, optimised. The parsers of cells are quick enough without; the
 * optimiser would take some 30 MB outside of V8's heap, and all that lies there is copied when a process is started: for each
 * shell of a cell 9 ms in place of 2. To be called before the first module is compiled.
 */
export const useBaselineWasm = (): void => setFlagsFromString("--liftoff-only");
