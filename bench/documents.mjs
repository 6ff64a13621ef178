/** Runbooks made for measuring. */

/** One bash cell that says hello. */
export const trivial = "# Trivial\n\n```bash {#hello}\necho hello\n```\n";

/** So many bash cells; each carries a variable on to the next. */
export function bashCells(count) {
  const cells = Array.from({length: count}, (_, index) => `\`\`\`bash {#cell-${index}}\nn=$((\${n:-0} + 1))\necho "cell $n"\n\`\`\`\n`);
  return `# ${count} bash cells\n\n${cells.join("\n")}`;
}

/** So many SQL cells on the connection that the environment names. */
export function sqlCells(count) {
  const cells = Array.from({length: count}, (_, index) => `\`\`\`sql {#cell-${index}}\nselect ${index} as n;\n\`\`\`\n`);
  return `---\nconnections:\n  default: "\${DATABASE_URL}"\n---\n\n# ${count} SQL cells\n\n${cells.join("\n")}`;
}

/** What a written runbook holds: for each cell some prose, and now and then a list, a table, a quote, a checklist, promises. */
export function prose(count) {
  const parts = ["---\ntitle: A long runbook\ndefaults: { timeout: 10m }\n---\n\n# A long runbook\n"];
  for (let index = 0; index < count; index++) {
    if (index % 5 === 0)
      parts.push(
        `## Part ${index / 5}\n\nThis part is about *one thing* and its \`settings\`; it runs at 02:00 UTC on localhost:5432, see [the manual](https://example.org/${index}).\n`
      );
    parts.push(`Before this step, look at the **${index}th** page. It says what must be there, and why it matters when it is not.\n`);
    if (index % 3 === 0)
      parts.push(
        `- first, the state of the server\n- then, what stands in its log:\n  - errors since ${index} minutes\n  - warnings\n- last, the people who wait\n`
      );
    if (index % 7 === 0) parts.push("| table | rows | size |\n|---|---:|---:|\n| salons | 200 | 64 kB |\n| messages | 100000 | 21 MB |\n");
    if (index % 11 === 0) parts.push("> A restore that was never tried is a hope.\n");
    if (index % 13 === 0) parts.push("- [ ] the backup is where it should be\n- [ ] there is room for it\n");
    const sql = index % 4 === 3;
    parts.push(
      sql
        ? `\`\`\`sql {#cell-${index} timeout=30s}\nselect count(*) as n, max(created_at) as newest\nfrom messages\nwhere salon_id = ${index} and created_at < now() - interval '5 minutes';\n\`\`\``
        : `\`\`\`bash {#cell-${index} timeout=30s}\nset -- "$BACKUP_DIR"/*.dump\nfor file; do\n  printf '%s %s\\n' "$(stat -c %s "$file")" "$file"\ndone | sort -n | tail -n ${(index % 9) + 1}\n\`\`\``
    );
    parts.push(index % 2 === 0 ? (sql ? "::expect{that='row_count == 1'}\n" : "::expect{that='exit == 0 && size(lines) > 0'}\n") : "");
  }
  return `${parts.join("\n")}\n`;
}
