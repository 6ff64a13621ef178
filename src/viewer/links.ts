/** Where a link of a document may lead; null where it may not. `name` is the document's own, to which a relative one is relative; null where no other can be reached. */
export function safeHref(url: string, name: string | null): string | null {
  const clean = url.replace(/[\u0000-\u0020]/g, "");
  if (clean === "") return null;
  if (clean.startsWith("#")) return `#${decode(clean.slice(1)).toLowerCase()}`;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(clean)?.[1]?.toLowerCase();
  if (scheme !== undefined) return ["http", "https", "mailto", "tel"].includes(scheme) ? clean : null;
  if (name === null || clean.startsWith("//") || clean.startsWith("/") || clean.includes("\\")) return null;
  const [file = "", section] = clean.split("#", 2);
  const path = resolvePath(name, decode(file));
  if (path === null || !path.endsWith(".md")) return null;
  return `/runbook/${path.split("/").map(encodeURIComponent).join("/")}${section === undefined ? "" : `#${section}`}`;
}

/** The file of an image that stands beside the document; null for anything else. */
export function safeImage(url: string): string | null {
  return /^[a-z][a-z0-9+.-]*:|^\/|\\|[\u0000-\u001f]/i.test(url) ? null : decode(url.split(/[?#]/, 1)[0]!);
}

function resolvePath(name: string, file: string): string | null {
  const parts = name.split("/").slice(0, -1);
  for (const part of file.split("/")) {
    if (part === "." || part === "") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
