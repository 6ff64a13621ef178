import {afterAll, beforeAll, expect, test} from "vitest";

import type {Kitchen} from "./kitchen.ts";
import {openKitchen} from "./kitchen.ts";

let kitchen: Kitchen;
beforeAll(async () => {
  kitchen = await openKitchen({
    "hello.md": "# Hello\n\n```bash {#hi}\necho hi\n```\n",
    "deep/image.md": "# Image\n",
    "deep/dot.png": "png"
  });
});
afterAll(() => kitchen.close());

const origin = "http://127.0.0.1:4000";
const fetchPage = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> =>
  Promise.resolve(kitchen.app.fetch(new Request(`${origin}${path}`, {...init, headers: {host: "127.0.0.1:4000", ...headers}})));
const words = async (response: Response): Promise<string> => ((await response.json()) as {message: string}).message;

test("the token of the link becomes a cookie of its own port and leaves the address", async () => {
  const [operator] = kitchen.access.links;
  const entered = await kitchen.app.fetch(
    new Request(operator!.url.replace("/?", "/runbook/hello.md?x=1&"), {headers: {host: "127.0.0.1:4000"}})
  );
  expect(entered.status).toBe(303);
  expect(entered.headers.get("location")).toBe("/runbook/hello.md?x=1");
  const cookie = entered.headers.get("set-cookie")!;
  expect(cookie).toMatch(/^runbook-4000=[\w-]{32}; HttpOnly; SameSite=Lax; Path=\/$/);
  const home = await fetchPage("/api/home", {cookie: cookie.split(";")[0]!});
  expect(await home.json()).toMatchObject({you: "ada"});
});

test("whoever was invited comes in under their own name", async () => {
  const [, guest] = kitchen.access.links;
  const token = new URL(guest!.url).searchParams.get("token");
  expect(await (await fetchPage("/api/home", {cookie: `runbook-4000=${token}`})).json()).toMatchObject({you: "grace"});
});

test("nothing is told to anybody without a token, or with a wrong one", async () => {
  expect((await fetchPage("/api/home")).status).toBe(401);
  expect((await fetchPage("/")).status).toBe(401);
  expect((await fetchPage("/?token=guess")).status).toBe(401);
  expect(await words(await fetchPage("/api/home", {cookie: "runbook-4000=guess"}))).toContain("open the address that the server printed");
});

test("a name that leads here by DNS rebinding is refused", async () => {
  const response = await kitchen.ask("/api/home", {headers: {host: "evil.example:4000"}});
  expect(response.status).toBe(421);
  expect(await words(response)).toContain('not "evil.example:4000"');
});

test("another site can neither read nor command, whatever cookie the browser adds", async () => {
  const headers = {"content-type": "application/json", origin: "http://evil.example"};
  const forged = await kitchen.ask("/api/commands?runbook=hello.md", {
    method: "POST",
    headers,
    body: '{"type":"run","to":null,"section":null}'
  });
  expect(forged.status).toBe(403);
  const silent = await kitchen.ask("/api/commands?runbook=hello.md", {
    method: "POST",
    headers: {"content-type": "application/json"},
    body: "{}"
  });
  expect(silent.status).toBe(403);
  expect((await kitchen.ask("/api/home", {headers: {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}})).status).toBe(403);
  expect((await kitchen.desk("hello.md")).run.start).toBeNull();
});

test("a link from elsewhere still opens the page", async () => {
  const headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"};
  expect((await kitchen.ask("/runbook/hello.md", {headers})).status).toBe(200);
});

test("every answer forbids inline script, sniffing and referrers, also a refusal", async () => {
  for (const response of [
    await kitchen.ask("/"),
    await kitchen.ask("/api/home"),
    await fetchPage("/api/home"),
    await kitchen.ask("/nothing")
  ]) {
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  }
});

test("only runbooks and images of the folder can be had", async () => {
  expect((await kitchen.ask("/api/document?runbook=hello.md")).status).toBe(200);
  for (const name of ["../outside.md", "/etc/passwd", "deep/../hello.md", "nothing.md", ""])
    expect((await kitchen.ask(`/api/document?runbook=${encodeURIComponent(name)}`)).status).toBe(404);
  expect((await kitchen.ask("/api/image?runbook=deep/image.md&file=dot.png")).headers.get("content-type")).toBe("image/png");
  for (const file of ["../hello.md", "../../../etc/passwd", "/etc/passwd", "missing.png"])
    expect((await kitchen.ask(`/api/image?runbook=deep/image.md&file=${encodeURIComponent(file)}`)).status).toBe(404);
  for (const id of ["latest", "..", "%2e%2e%2fruns", encodeURIComponent(kitchen.folder)])
    expect((await kitchen.ask(`/api/runs/${id}`)).status).toBe(404);
});

test("what is no command is refused in words that name the field", async () => {
  const send = async (body: string, type = "application/json"): Promise<Response> =>
    kitchen.ask("/api/commands?runbook=hello.md", {method: "POST", headers: {"content-type": type, origin}, body});
  expect(await words(await send('{"type":"explode"}'))).toBe('there is no command "explode"');
  expect(await words(await send('{"type":"execute"}'))).toBe('"step" must be a text, not undefined');
  expect(await words(await send('{"type":"tick","step":"a","item":-1,"checked":true}'))).toContain('"item" must be a whole number');
  expect(await words(await send("{"))).toBe("a command must be JSON");
  expect(await words(await send("{}", "text/plain"))).toContain("application/json");
  expect(await words(await send(`"${"x".repeat(300_000)}"`))).toContain("bytes long");
});
