import type {AnyKind} from "../model/kind.ts";
import type {Connection, Host, Step} from "../model/runbook.ts";
import type {Document} from "./document.ts";

/** The inputs that each step mentions, in its text, its options, its expressions and its target: they are asked for before it. */
export function findUses({steps, inputs, settings, kinds}: Pick<Document, "steps" | "inputs" | "settings" | "kinds">): void {
  const names = inputs.map(({name}) => name);
  if (names.length === 0) return;
  const mention = new RegExp(`(?<![A-Za-z0-9_])(?:${names.join("|")})(?![A-Za-z0-9_])`, "g");
  for (const step of steps) {
    const found = new Set<string>();
    for (const text of textsOf(step, settings, kinds)) for (const [name] of text.matchAll(mention)) found.add(name);
    step.uses = names.filter((name) => found.has(name));
  }
}

function textsOf(step: Step, {connections, hosts}: Document["settings"], kinds: readonly AnyKind[]): readonly string[] {
  if (step.type === "decision") return step.choose ? [step.choose.source] : [];
  if (step.type !== "cell") return [];
  const {options, expectations, captures, answers, config, source} = step;
  const targets = kinds.find(({name}) => name === step.kind)?.targets;
  const target: Connection | Host | undefined =
    targets === "connections" ? connections[options.on ?? "default"] : hosts[options.on ?? "local"];
  const expressions = [options.when, ...expectations.map(({that}) => that), ...captures.map(({value}) => value)];
  return [
    source,
    JSON.stringify(config ?? null),
    target ? JSON.stringify(target) : "",
    ...answers.map(({secret}) => secret),
    ...expressions.map((expression) => expression?.source ?? "")
  ];
}
