import type {Kind} from "../../../model/kind.ts";
import {host, user} from "../../identity.ts";
import {adoptFollower} from "./adopt.ts";
import {type BashConfig, readConfig} from "./config.ts";
import {executeCell, type Times} from "./execute.ts";
import {assessBash} from "./guard/guard.ts";
import {inspectBash} from "./inspect.ts";
import {type BashSession, closeSession, openSession} from "./session.ts";

/** Cells executed by bash. One process each; what they share is the session's state. */
export const bash = createBash();

/** The kind with other times: how long an ending may take before it is enforced. */
export function createBash({graceMs = 5000, settleMs = 300}: Partial<Times> = {}): Kind<BashConfig, BashSession> {
  return {
    name: "bash",
    fences: ["bash", "sh", "shell"],
    transcripts: ["console", "shell-session"],
    options: ["cwd", "shell"],
    judge: "exit",
    targets: "hosts",
    read: readConfig,
    inspect: inspectBash,
    assess: assessBash,
    open: (context) => openSession(context, {graceMs, settleMs}),
    where: ({far}) => far ?? {host, user},
    execute: (task, session, emit, signal) => executeCell(task, session, emit, signal, {graceMs, settleMs}),
    adopt: adoptFollower,
    close: async (session) => {
      await closeSession(session);
      return [];
    }
  };
}
