import {toMarkdown} from "./markdown.ts";
import type {View} from "./material.ts";
import {showRecord} from "./record.ts";

/** What a run can be exported to. */
export const formats = ["md", "json"] as const;
export type Format = (typeof formats)[number];

export const views: Readonly<Record<Format, View>> = {md: toMarkdown, json: showRecord};
