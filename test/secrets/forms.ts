/** A secret in every form that a run of the tests has printed it in, worked out here by other means than the redactor's. */

/** Bytes, as latin1, that must occur nowhere. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    json,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (mark) => mark.toLowerCase()),
    secret.replaceAll("'", "'\\''"),
    secret.replaceAll("'", "''"),
    bytes.toString("hex"),
    ...[0, 1, 2].map((before) => inBase64(bytes, before)),
    bytes.toString("base64url")
  ];
  return [...new Set(forms)].map((form) => Buffer.from(form).toString("latin1"));
}

/** What is the same in base64 whatever stands around the secret. */
function inBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  return text.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
}
