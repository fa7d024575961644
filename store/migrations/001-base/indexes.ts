/** Each says which question needs it; a partial one costs only the rows it is about. */
export const indexes = `
-- One live instance per name; finding an instance by name.
CREATE UNIQUE INDEX instance_live_name ON instance (name) WHERE status <> 8;
-- Children of an instance (list filter, I1).
CREATE INDEX instance_parent ON instance (parent) WHERE parent IS NOT NULL;
-- Lists leave terminated instances out; there may be a million of them.
CREATE INDEX instance_live ON instance (no) WHERE status <> 8;
-- due, nextDue.
CREATE INDEX instance_wake ON instance (wake_at) WHERE wake_at IS NOT NULL;

-- Bringing an actor back (open tasks by keeper); stuck() answers from this index alone for what is under way.
CREATE INDEX task_open ON task (keeper, status, held_reason) WHERE status < 7;
-- due, nextDue.
CREATE INDEX task_due ON task (due_at) WHERE due_at IS NOT NULL;
-- Lists of an instance's tasks, the newest first.
CREATE INDEX task_holder ON task (holder);
-- Lists by status, the newest first: a few open or failed ones among a million done.
CREATE INDEX task_status ON task (status);
-- Lists in order of change.
CREATE INDEX task_updated ON task (updated_at);
-- Lists by project, run and parent: written once, when the task is added.
CREATE INDEX task_project ON task (project) WHERE project IS NOT NULL;
CREATE INDEX task_run ON task (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX task_parent ON task (parent_task) WHERE parent_task IS NOT NULL;

-- delegationsOf, and one hop per place in a task's history.
CREATE UNIQUE INDEX delegation_seq ON delegation (task, seq);
-- D1: at most one pending hop per task.
CREATE UNIQUE INDEX delegation_pending ON delegation (task) WHERE status = 1;
-- Bringing an actor back: its open hops, and what it has on offer. Lists of open ones.
CREATE INDEX delegation_hop ON delegation (target, status) WHERE status < 3;
CREATE INDEX delegation_offer ON delegation (source) WHERE status = 1;
-- due, nextDue.
CREATE INDEX delegation_expiry ON delegation (expires_at) WHERE status = 1 AND expires_at IS NOT NULL;

-- The history of one task.
CREATE INDEX event_task ON event (task) WHERE task IS NOT NULL;

-- mail, due, nextDue: 0 = at once, in order of number.
CREATE INDEX mailbox_deliver ON mailbox (deliver_at);
-- The mailbox of one actor.
CREATE INDEX mailbox_to ON mailbox ("to");
`;
