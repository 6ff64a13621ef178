import type {RunbookMetrics, Spread} from "../model/metrics.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** Metrics in the OpenMetrics text format, as a textfile collector reads it. */
export function openMetrics(found: readonly RunbookMetrics[]): string {
  const each = (samples: (runbook: RunbookMetrics) => readonly Sample[]): readonly Sample[] =>
    found.flatMap((runbook) => samples(runbook).map(([labels, value]): Sample => [{runbook: runbook.path, ...labels}, value]));
  const families = [
    family(
      "runbook_runs",
      "Runs that are over, by outcome.",
      each(({outcomes}) => Object.entries(outcomes).map(([outcome, count]) => [{outcome}, count]))
    ),
    family(
      "runbook_success_ratio",
      "Passed runs, of all.",
      each(({successRate}) => (successRate === null ? [] : [[{}, successRate]]))
    ),
    family(
      "runbook_errors",
      "Attempts that did not pass, in all runs.",
      each(({errors}) => [[{}, errors.total]])
    ),
    family(
      "runbook_duration_seconds",
      "How long runs that passed took.",
      each(({durationMs}) => spreadSamples({}, durationMs))
    ),
    family(
      "runbook_objective_target_seconds",
      "What an objective allows.",
      each(({objectives}) => objectives.map(({id, metric, targetMs}) => [{objective: id, metric}, targetMs / 1000]))
    ),
    family(
      "runbook_objective_actual_seconds",
      "What was measured of an objective.",
      each(({objectives}) => objectives.flatMap(({id, metric, actualMs}) => spreadSamples({objective: id, metric}, actualMs)))
    ),
    family(
      "runbook_objective_met_ratio",
      "Runs that met an objective, of those that were judged by it.",
      each(({objectives}) =>
        objectives.flatMap(({id, metric, met, judged}): readonly Sample[] =>
          judged === 0 ? [] : [[{objective: id, metric}, met / judged]]
        )
      )
    ),
    family(
      "runbook_estimate_measured_seconds",
      "How long a section with an estimate took.",
      each(({estimates}) => estimates.flatMap(({section, measuredMs}) => spreadSamples({section}, measuredMs)))
    ),
    family(
      "runbook_last_good_drill_timestamp_seconds",
      "When the last drill of the whole runbook passed.",
      each(({drill}) => (drill.lastGood === null ? [] : [[{}, Date.parse(drill.lastGood.at) / 1000]]))
    ),
    family(
      "runbook_drill_every_seconds",
      "How often a drill is promised.",
      each(({drill}) => (drill.everyMs === null ? [] : [[{}, drill.everyMs / 1000]]))
    ),
    family(
      "runbook_drill_overdue",
      "1: the promised drill is overdue.",
      each(({drill}) => (drill.due === null ? [] : [[{}, drill.due === "overdue" ? 1 : 0]]))
    )
  ];
  return `${families.filter((text) => text !== "").join("")}# EOF\n`;
}

function family(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function spreadSamples(labels: Labels, spread: Spread | null): readonly Sample[] {
  if (spread === null) return [];
  const {last, median, worst} = spread;
  return Object.entries({last, median, worst}).map(([of, ms]) => [{...labels, of}, ms / 1000]);
}

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`)
    .join(",");
