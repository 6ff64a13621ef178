import type {Problem} from "../model/runbook.ts";

export interface Rule {
  readonly meaning: string;
  readonly severity: Problem["severity"];
}

const error = (meaning: string): Rule => ({meaning, severity: "error"});
const warning = (meaning: string): Rule => ({meaning, severity: "warning"});

/** Everything that can be wrong with a document. `docs/rules.md` is made from this. */
export const rules = {
  "too-large": error("The file is larger than 4 MiB, or has more than 200,000 lines; it is not parsed."),
  "not-utf-8": error("The file is not UTF-8."),
  "nul-byte": error("The file holds a NUL, which Markdown would change."),
  empty: error("The file has no content."),
  "too-tangled": error(
    "Paragraphs have so many marks of emphasis, code and links that parsing them would take for ever; the file is not parsed."
  ),
  "nested-too-deep": error("Quotes, lists or containers are nested more than 50 deep; the file is not parsed."),

  "frontmatter-syntax": error("The frontmatter is not valid YAML, or is never closed."),
  "frontmatter-key": error("The frontmatter has a key that nobody knows."),
  "frontmatter-value": error("A value of the frontmatter is not of the form that its key asks for."),

  "directive-unclosed": error("A container (`:::name`) is never closed, so that it would swallow the rest."),
  "directive-nesting": error("A container inside another must have fewer colons than the one around it."),
  "directive-stray": error("A paragraph starts with `::`: a directive with a fault in it, which would be shown as text."),
  "directive-unknown": error("A directive is called almost like one of ours."),
  "directive-form": error("A directive is written with the wrong number of colons, or has a label or content that it cannot have."),
  "directive-attribute": error("A directive has an attribute that it does not know, or lacks one that it needs."),
  "fence-unclosed": error("A code fence is never closed, so that it would swallow the rest."),
  "fence-options": error("Options are not separated from the word that says what the fence holds."),

  "attribute-syntax": error("Attributes in `{…}` cannot be read."),
  "attribute-class": error("Attributes hold a `.class`, which means nothing here."),
  "attribute-twice": error("An attribute is given twice."),
  "attribute-value": error("The value of an attribute is not of the form that it must have."),

  "id-invalid": error("An id has characters other than small letters, digits and hyphens, or starts with a hyphen."),
  "id-duplicate": error("Two things of the document have the same id."),
  "id-missing": error("Something that is referred to by its id has none."),
  "id-derived": warning("Steps have no written id; the record refers to ids, and derived ones change when steps are added."),

  "cell-option": error("A cell has an option that nobody knows, or options that contradict each other."),
  "cell-options-twice": error("Options stand both on the fence and on the `:::cell` around it."),
  "cell-fence": error("A `:::cell` does not hold exactly one fence that can be executed."),
  "cell-target": error("`on=` names a host or connection that the frontmatter does not have."),
  "cell-empty": warning("A cell has nothing to execute."),
  "answer-secret": error("An `::answer` names something that the document does not keep as a secret."),
  "promise-outside-cell": error("An `::expect`, `::capture` or `::answer` does not follow a fence directly and stands in no `:::cell`."),

  "expression-syntax": error("An expression does not parse or type-check."),
  "expression-type": error("An expression gives another kind of value than is needed."),
  "expression-name": error(
    "An expression reads a variable or step that the document does not have, or something that is not known at its place."
  ),
  pattern: error("A regular expression is not valid (RE2 syntax)."),

  "name-invalid": error("The name of an input or variable has characters other than capital letters, digits and underscores."),
  "name-refused": error("A variable of this name would change how every command works."),
  "input-twice": error("Two inputs have the same name."),
  "input-value": error("An input has a default, choice or source that it cannot have."),

  "step-nested": error("A step stands inside another step."),
  "checklist-items": error("A checklist has no items, or items without a box."),
  "decision-choices": error("A decision has no choices, or one that is no single link."),
  "decision-link": error("A choice leads nowhere."),
  "decision-backward": error("A choice leads to a section that does not come after the decision."),
  "procedure-place": error("A `::procedure` does not stand under a heading, or its section has another."),

  "rollback-when": error(
    "A cell that destroys something, as it says or as its text shows, stands in a section for failures, and has no `when`."
  ),

  "objective-measure": error("An objective has not exactly one way to be measured: from one milestone to another, or a value."),
  "objective-milestone": error("An objective names a milestone that the document does not have."),
  "include-source": error("What an include or a choice names does not exist, or cannot be read."),
  "include-cycle": error("Includes lead back to where they started, or are too many."),
  "include-map": error(
    "An include maps or sets names that the included part does not have, or leaves some unmapped that do not exist here."
  )
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof rules;
