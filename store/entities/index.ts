import { CommandAnswerRow } from "./command-answer.ts";
import { CommandKeyRow } from "./command-key.ts";
import { CounterRow } from "./counter.ts";
import { DeadLetterRow } from "./dead-letter.ts";
import { DelegationRow } from "./delegation.ts";
import { DependencyRow } from "./dependency.ts";
import { EventRow } from "./event.ts";
import { EventStretchRow } from "./event-stretch.ts";
import { InstanceRow } from "./instance.ts";
import { MailboxRow } from "./mailbox.ts";
import { MetaRow } from "./meta.ts";
import { RosterRow } from "./roster.ts";
import { TallyRow } from "./tally.ts";
import { TaskResultRow } from "./task-result.ts";
import { TaskTagRow } from "./task-tag.ts";
import { TaskTextRow } from "./task-text.ts";
import { TaskRow } from "./task.ts";
import { WatchRow } from "./watch.ts";
import { WhoRow } from "./who.ts";
import { WordRow } from "./word.ts";

/** Every table as MikroORM knows it. */
export const ENTITIES = [
  MetaRow,
  WordRow,
  CounterRow,
  WhoRow,
  InstanceRow,
  TallyRow,
  RosterRow,
  TaskRow,
  TaskTextRow,
  TaskTagRow,
  DependencyRow,
  WatchRow,
  DelegationRow,
  TaskResultRow,
  EventRow,
  EventStretchRow,
  MailboxRow,
  DeadLetterRow,
  CommandKeyRow,
  CommandAnswerRow,
] as const;
