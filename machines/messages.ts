/** What actors are told and what they answer. Source: 2-domain.md 2.8. */
export type {
  InstanceSpec,
  TaskSpec,
  LifecycleVerb,
  TaskEdit,
  PlannedInstance,
  Command,
} from "./messages/command.ts";
export type { Notice, RosterNews, InstanceSummary } from "./messages/notice.ts";
export type { Message, Envelope } from "./messages/envelope.ts";
export type { Answer, AnswerValue } from "./messages/answer.ts";
export type { LostBecause, Candidate, Decision } from "./messages/decision.ts";
