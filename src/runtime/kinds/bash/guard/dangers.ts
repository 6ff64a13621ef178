import {cloudDangers} from "./cloud-dangers.ts";
import {diskDangers} from "./disk-dangers.ts";
import {serverDangers} from "./server-dangers.ts";

/** What is known of a command's words: texts after quoting, the program's name first, without its folder. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
  /** True if a short option stands among the words, alone or in a bundle, or one of the long ones. */
  flag(letters: string, ...long: readonly string[]): boolean;
  /** The words that are no options. */
  readonly plain: readonly string[];
}
/** Undefined: harmless. Else what it would do, in a few words. */
export type Danger = (call: Call) => string | undefined | false;

const tables: Readonly<Record<string, Danger>> = {...diskDangers, ...serverDangers, ...cloudDangers};

/** What a command would destroy, or stop, as far as its words tell; undefined for a harmless one. */
export function findDanger(name: string, args: readonly string[]): string | undefined {
  const danger = Object.hasOwn(tables, name) ? tables[name] : name.startsWith("mkfs.") ? tables["mkfs"] : undefined;
  return danger?.(toCall(name, args)) || undefined;
}

export const dangerousNames: readonly string[] = Object.keys(tables);

function toCall(name: string, args: readonly string[]): Call {
  const end = args.indexOf("--");
  const options = (end < 0 ? args : args.slice(0, end)).filter((text) => text.startsWith("-") && text !== "-");
  return {
    name,
    args,
    flag: (letters, ...long) =>
      options.some((text) =>
        text.startsWith("--")
          ? long.some((name) => text === `--${name}` || text.startsWith(`--${name}=`))
          : [...letters].some((letter) => text.slice(1).includes(letter)) || long.some((name) => text === `-${name}`)
      ),
    plain: args.filter((text, at) => (end >= 0 && at > end) || !text.startsWith("-") || text === "-")
  };
}
