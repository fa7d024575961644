import { base } from "./001-base.ts";
import { wordsAndViews } from "./002-views.ts";
import { whatIsRare } from "./003-what-is-rare.ts";
import { eventFields } from "./004-event-fields.ts";
import { packedJournal } from "./005-packed-journal.ts";
import type { SchemaStep } from "./steps.ts";

/** Every step, in order. */
export const STEPS: readonly SchemaStep[] = [base, wordsAndViews, whatIsRare, eventFields, packedJournal];

/** The schema this version of Hopper reads and writes (`PRAGMA user_version`). */
export const SCHEMA_VERSION = STEPS.length;

/** "Hopp", in the header of every store (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x48_6f_70_70;
