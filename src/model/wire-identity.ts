/** Readers of who and where: runners, servers, the document, and how an answer came in. */
import type {GitState, RunnerIdentity, RunStarted, ServerIdentity, Via} from "./event.ts";
import type {Reader} from "./wire-fields.ts";
import {added, count, dictionary, exactly, flag, nullable, record, sha256, text} from "./wire-fields.ts";

export const via: Reader<Via> = exactly(
  "page",
  "terminal",
  "--set",
  "--env-file",
  "--answers",
  "--confirm",
  "--confirm-file",
  "--confirm-destructive",
  "--lost",
  "--accept-proposals",
  "--drill",
  "include",
  "environment",
  "default",
  "not-given"
);

export const runner = record<RunnerIdentity>({host: text, user: text, pid: count, tools: dictionary(text)});
const git = record<GitState>({commit: text, dirty: flag});
export const source = record<RunStarted["runbook"]>({
  path: text,
  title: text,
  revision: nullable(text),
  digest: sha256,
  git: added(nullable(git), null)
});
export const server = record<ServerIdentity>({
  version: text,
  host: text,
  port: count,
  database: text,
  user: text,
  systemIdentifier: nullable(text),
  recovering: nullable(flag),
  timeline: added(nullable(count), null),
  embedded: flag,
  demo: flag
});
