import {expect, test} from "vitest";

import {safeHref, safeImage} from "../../src/viewer/links.ts";

test("a link leads to the web, to mail, to a section or to another runbook, and nowhere else", () => {
  const lead = (url: string): string | null => safeHref(url, "deep/restore.md");
  expect(lead("https://example.org/a?b#c")).toBe("https://example.org/a?b#c");
  expect(lead("mailto:dba@example.org")).toBe("mailto:dba@example.org");
  expect(lead("tel:+4912")).toBe("tel:+4912");
  expect(lead("#Clean-Up")).toBe("#clean-up");
  expect(lead("nightly%20dump.md#by-hand")).toBe("/runbook/deep/nightly%20dump.md#by-hand");
  expect(lead("../top.md")).toBe("/runbook/top.md");
  for (const url of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x.md",
    "/etc/passwd",
    "\\\\evil\\x.md",
    "../../../up.md",
    "facts.sql",
    ""
  ])
    expect([url, lead(url)]).toEqual([url, null]);
});

test("an image is a file beside the document", () => {
  expect(safeImage("diagram.png")).toBe("diagram.png");
  expect(safeImage("img/a%20b.svg?x#y")).toBe("img/a b.svg");
  for (const url of ["https://tracker.example/x.png", "data:image/svg+xml,x", "//x/y.png", "/etc/x.png", "javascript:x"])
    expect(safeImage(url)).toBeNull();
});
