import {toHtml} from "./html.ts";
import {toJunit} from "./junit.ts";
import {toMarkdown} from "./markdown.ts";
import type {View} from "./material.ts";
import {toNotebook} from "./notebook.ts";
import {showRecord} from "./record.ts";

/** What a run can be exported to. */
export const formats = ["html", "md", "ipynb", "junit", "json"] as const;
export type Format = (typeof formats)[number];

export const views: Readonly<Record<Format, View>> = {html: toHtml, md: toMarkdown, ipynb: toNotebook, junit: toJunit, json: showRecord};
