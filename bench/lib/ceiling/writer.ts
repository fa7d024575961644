import type { RosterEntry, Tally } from "../../../machines/records/instance.ts";
import {
  DELEGATION_STATUS,
  DELEGATION_TYPE,
  LEASE_KIND,
  ON_DEPENDENCY_FAILURE,
  OUTCOME,
  PRIORITY,
  TASK_SOURCE,
  TASK_STATUS,
} from "../../../store/tables/codes.ts";
import type { Database } from "../../../store/dialects/sqlite/library.ts";
import { Inserts, NULL } from "./inserts.ts";
import { CeilingJournal } from "./journal.ts";
import type { CeilingTask } from "./state.ts";

const MAX_ATTEMPTS = 3;

const TASK = `task (no, id, title, tags, priority, on_dependency_failure, max_attempts, route, source, created_by,
  created_at, status, final, holder, origin, keeper, delegated_from, delegated_to, chain, hops, last_hop, attempt, failures,
  lease_losses, round, routing_round, watched, blocked_by_hand, arrival, epoch, version, updated_at)`;
const TASK_ROW = `(?, unhex(?), ?, ?, ${PRIORITY.medium}, ${ON_DEPENDENCY_FAILURE.fail}, ${MAX_ATTEMPTS}, 1,
  ${TASK_SOURCE.library}, 'library', ?, ${TASK_STATUS.queued}, 0, ?, ?, ?, ?, ?, ?, 2, ?, 1, 0, 0, 1, 0, 0, 0, ?, 0, 6, ?)`;
const DELEGATION = `delegation (no, id, task, source, target, type, seq, status, delegated_by, delegated_at, decided_at,
  expires_at, previous, round, routing_round, by_caller, version)`;
const DELEGATION_ROW = `(?, unhex(?), ?, ?, ?, ${DELEGATION_TYPE.route}, ?, ${DELEGATION_STATUS.accepted}, 'library', ?, ?,
  ?, ?, 1, 1, 0, 2)`;
const RESULTS = "task_result (task, round, outcome, value, epoch, at)";
const RESULTS_ROW = `(?, 1, ${OUTCOME.succeeded}, '{"ok":true}', 1, ?)`;
const CLAIM = `UPDATE task SET status = ${TASK_STATUS.claimed}, epoch = 1, claimed_by = ?, lease_expires_at = ?,
  lease_kind = ${LEASE_KIND.worker}, started_at = ?, due_at = ?, version = 7, updated_at = ? WHERE no = ?`;
const FINISH = `UPDATE task SET status = ${TASK_STATUS.done}, final = ${TASK_STATUS.done}, outcome = ${OUTCOME.succeeded}, claimed_by = NULL,
  lease_expires_at = NULL, lease_kind = NULL, due_at = NULL, completed_at = ?, version = 8, updated_at = ? WHERE no = ?`;
const CLOSE = `UPDATE delegation SET status = ${DELEGATION_STATUS.completed}, completed_at = ?,
  outcome = ${OUTCOME.succeeded}, task_status = ${TASK_STATUS.done}, version = 3 WHERE no = ?`;
const TALLY = `UPDATE tally SET pending = ?, queued = ?, claimed = ?, done = ? WHERE instance = ?`;
const ROSTER = `UPDATE roster SET own_open = ? WHERE parent = ? AND child = ?`;
const COUNTER = `UPDATE counter SET task = ?, delegation = ?, position = ?, command = ? WHERE id = 1`;

/** What a commit of the ceiling writes. */
export interface CeilingRows {
  readonly tallies: Set<Tally>;
  readonly roster: Set<RosterEntry>;
  readonly claimed: CeilingTask[];
  readonly finished: CeilingTask[];
}

export interface CeilingCounters {
  task: number;
  delegation: number;
  position: number;
  command: number;
}

/** Writes rows that are there already: each that a batch touched once. */
function updater(database: Database, results: Inserts): (rows: CeilingRows, now: number) => void {
  const [claim, finish, close] = [database.prepare(CLAIM), database.prepare(FINISH), database.prepare(CLOSE)];
  const [tally, roster] = [database.prepare(TALLY), database.prepare(ROSTER)];
  return (rows, now) => {
    for (const one of rows.tallies) tally.run(one.pending, one.queued, one.claimed, one.done, one.instance);
    for (const entry of rows.roster) roster.run(entry.ownOpen, entry.parent, entry.child);
    for (const task of rows.claimed) claim.run(task.worker, task.until, now, task.until, now, task.no);
    for (const task of rows.finished) {
      finish.run(now, now, task.no);
      close.run(now, task.hops[1]);
      close.run(now, task.hops[0]);
      results.add(task.no, now);
    }
  };
}

/** Inserts are collected as flat values, ready to bind. */
function inserts(database: Database) {
  return {
    tasks: new Inserts(database, TASK, TASK_ROW),
    tags: new Inserts(database, "task_tag (tag, task)", "(?, ?)"),
    delegations: new Inserts(database, DELEGATION, DELEGATION_ROW),
    results: new Inserts(database, RESULTS, RESULTS_ROW),
  };
}

/** Every statement of the ceiling, compiled once. */
export function ceilingWriter(database: Database) {
  const [begin, end] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
  const counter = database.prepare(COUNTER);
  const { tasks, tags, delegations, results } = inserts(database);
  const journal = new CeilingJournal(database);
  const update = updater(database, results);
  return {
    journal,
    /** A task that has been routed down to a queue, with its two accepted hops. */
    insertTask(task: CeilingTask, ids: readonly [task: string, first: string, second: string]): void {
      const { no, title, createdAt: at, toProject, toPlace, hops, arrival } = task;
      const [origin, project, place] = [toProject.entry.parent, toProject.place.no, toPlace.place.no];
      const chain = `${origin},${project},${place}`;
      const where = [place, origin, place, project, place, chain, hops[1], arrival] as const;
      tasks.add(no, ids[0], title, `["${task.tag}"]`, at, ...where, at);
      tags.add(task.tag, no);
      const expires = at + 60_000;
      delegations.add(hops[0], ids[1], no, origin, project, 1, at, at, expires, NULL);
      delegations.add(hops[1], ids[2], no, project, place, 2, at, at, expires, hops[0]);
    },
    /** One transaction. */
    commit(rows: CeilingRows, counters: CeilingCounters, now: number): void {
      begin.run();
      tasks.write();
      tags.write();
      update(rows, now);
      delegations.write();
      results.write();
      journal.write();
      counter.run(counters.task, counters.delegation, counters.position, counters.command);
      end.run();
    },
  };
}

export type CeilingWriter = ReturnType<typeof ceilingWriter>;
