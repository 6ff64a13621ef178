import type {AnyKind} from "../../model/kind.ts";
import {bash} from "./bash/bash.ts";
import {sql} from "./sql/sql.ts";

/** Every kind of cell there is. A new one is a file and a line here. */
export const kinds: readonly AnyKind[] = [bash, sql];
