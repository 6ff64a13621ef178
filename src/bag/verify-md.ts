/** The page of a bag that says how to check it without this program. Its commands are executed by a test as they stand. */
import type {Material} from "../evidence/material.ts";

export const verifyText = ({run}: Material): string => `# How to check this archive

It holds the record of run ${run.start!.run}, and can be checked with \`sha256sum\`, \`find\`, \`ssh-keygen\` and \`openssl\`, some of it also with
\`jq\`. Commands are for bash, each is one line, to be given in this folder. What they print is what is wrong, unless said otherwise.

## Every file is as it was archived

\`\`\`bash
sha256sum --check --strict --quiet tagmanifest-sha256.txt
sha256sum --check --strict --quiet manifest-sha256.txt
\`\`\`

## Nothing was added

\`sha256sum\` does not notice files that no manifest names, nor a link in place of a file. Each of these prints nothing.

\`\`\`bash
diff <(find data -type f | LC_ALL=C sort) <(cut -c 67- manifest-sha256.txt)
find . ! -type f ! -type d
find . -maxdepth 1 ! -name . ! -name data ! -name signatures ! -name bagit.txt ! -name bag-info.txt ! -name VERIFY.md ! -name manifest-sha256.txt ! -name tagmanifest-sha256.txt
\`\`\`

## The journal is one chain

Each line of \`data/journal.ndjson\` ends with the sha256 of the line before it. Prints \`the chain holds\`.

\`\`\`bash
(previous=$(printf '0%.0s' {1..64}); while IFS= read -r line; do [[ $line == *",\\"prev\\":\\"$previous\\"}" ]] || { echo "broken before: $line"; exit 1; }; previous=$(printf '%s\\n' "$line" | sha256sum | cut -d ' ' -f 1); done < data/journal.ndjson; echo "the chain holds")
\`\`\`

The last of these hashes, that of the last line, stands in \`bag-info.txt\` as \`Journal-SHA256\`. Prints it twice.

\`\`\`bash
grep '^Journal-SHA256: ' bag-info.txt | cut -d ' ' -f 2; tail -n 1 data/journal.ndjson | sha256sum | cut -d ' ' -f 1
\`\`\`

## What ran, and what it printed, is what the journal says

Prints \`OK\` for the runbook, and for each output that was too long for the journal.

\`\`\`bash
jq -r 'select(.type == "run-started") | "\\(.runbook.digest)  data/runbook.md"' data/journal.ndjson | sha256sum --check --strict
(sums=$(jq -rn '[inputs] | (map(select(.output.type == "overflowed") | {key: "\\(.step) \\(.attempt) \\(.output.stream)", value: .output.file}) | from_entries) as $files | .[] | select(.type == "cell-ended" and .outcome.type != "lost") | . as $ended | ("stdout", "stderr") | . as $stream | $files["\\($ended.step) \\($ended.attempt) \\($stream)"] | select(. != null and ($ended.ending.streams[$stream].truncated | not)) | "\\($ended.ending.streams[$stream].sha256)  data/outputs/\\(.)"' data/journal.ndjson) || exit 1; [[ -z $sums ]] || sha256sum --check --strict <<< "$sums")
\`\`\`

How each cell ended, from the journal itself, to be held against \`data/drill.json\` and the other views:

\`\`\`bash
jq -r 'select(.type == "cell-ended") | "\\(.step) attempt \\(.attempt): \\(.outcome.type)"' data/journal.ndjson
jq -r 'select(.type == "run-ended") | "the run: \\(.outcome), \\(.reason)"' data/journal.ndjson
\`\`\`

## Who signed

Where \`signatures\` has files that end with \`.sig\`. \`T\` is a folder of yours with a file \`allowed_signers\` (see ssh-keygen(1)): whose keys are
whose must be known from elsewhere, never from this archive. The operator signs in the namespace \`runbook-evidence\`, another role, such as
\`approver\`, in \`runbook-evidence-approver\`. Prints \`Good "runbook-evidence" signature for …\` for each.

\`\`\`bash
(for file in signatures/*.sig; do role=\${file#signatures/}; role=\${role%%-*}; space=runbook-evidence; [[ $role == operator ]] || space+=-$role; who=$(ssh-keygen -Y find-principals -f "$T/allowed_signers" -s "$file" < tagmanifest-sha256.txt | head -n 1); ssh-keygen -Y verify -f "$T/allowed_signers" -I "$who" -n "$space" -s "$file" < tagmanifest-sha256.txt || exit 1; done)
\`\`\`

Which roles must have signed is for you to say: a signature that was taken out leaves no trace.

## When it existed

Where there is \`signatures/tagmanifest.tsr\`, with the certificates of its authority, from elsewhere too, in \`$T/tsa-ca.pem\`. Prints
\`Verification: OK\`, and the time. Once the authority's certificate is older than its end, give \`-attime\` with that time.

\`\`\`bash
openssl ts -verify -data tagmanifest-sha256.txt -in signatures/tagmanifest.tsr -CAfile "$T/tsa-ca.pem"
openssl ts -reply -in signatures/tagmanifest.tsr -text | grep '^Time stamp: '
\`\`\`

## What this proves

- With a signature of somebody you know: that this is what they signed, to the byte.
- With two, of different people: that neither changed it afterwards without the other.
- With a time stamp: that it existed no later than then.
- In any case: that no part was damaged, and that views and record are of this journal (\`runbook verify\` makes them again, and compares).

## What it does not prove

- Without signature and time stamp, anything against who made it: whoever can write a file can write every hash in it anew. A chain of
  hashes proves an order, and nothing against its author.
- That what was printed was true. Who administers the machine can make a command print anything before it is recorded.
- That there were no other runs. The register of the folder of runs (\`.runbook/register.ndjson\`) is for that.
- That clocks were right before the time stamp, or that success was defined well.
- That no secret is in it. What was declared secret was replaced before it was recorded; the rest is a search for common shapes.
`;
