/**
 * Rules a row by itself cannot say. The text of a RAISE is the rule that a refused commit names. AFTER, not BEFORE:
 * before a change SQLite copies the whole new row first. They cost 6 µs of the 100 µs that a task's rows take.
 */
export const triggers = `
CREATE TRIGGER instance_parent_legal AFTER INSERT ON instance BEGIN
  SELECT RAISE(ABORT, 'I1: the root of a tree has depth 1 and is its own root')
    WHERE NEW.parent IS NULL AND (NEW.depth <> 1 OR NEW.root <> NEW.no);
  SELECT RAISE(ABORT, 'I1: this parent is not allowed')
    WHERE NEW.parent IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM instance p
      WHERE p.no = NEW.parent AND p.depth = NEW.depth - 1 AND p.root = NEW.root
        AND (p.status <> 8 OR NEW.status = 8)
        AND CASE NEW.scope
          WHEN 1 THEN 0 WHEN 3 THEN p.scope IN (2, 6) WHEN 4 THEN p.scope IN (1, 5) ELSE p.scope = 1 END);
  SELECT RAISE(ABORT, 'unique: the name is the id of another live instance')
    WHERE NEW.status <> 8
      AND EXISTS (SELECT 1 FROM instance o WHERE o.id = NEW.name AND o.status <> 8 AND o.no <> NEW.no);
  SELECT RAISE(ABORT, 'unique: the id is the name of another live instance')
    WHERE NEW.status <> 8
      AND EXISTS (SELECT 1 FROM instance o WHERE o.name = NEW.id AND o.status <> 8 AND o.no <> NEW.no);
END;
CREATE TRIGGER instance_renamed AFTER UPDATE OF name ON instance WHEN NEW.name <> OLD.name BEGIN
  SELECT RAISE(ABORT, 'unique: the name is the id of another live instance')
    WHERE EXISTS (SELECT 1 FROM instance o WHERE o.id = NEW.name AND o.status <> 8 AND o.no <> NEW.no);
END;
CREATE TRIGGER instance_immutable
AFTER UPDATE OF no, id, scope, type, parent, depth, root, created_by, created_at ON instance
WHEN (NEW.no, NEW.id, NEW.scope, NEW.type, NEW.parent, NEW.depth, NEW.root, NEW.created_by, NEW.created_at)
  IS NOT (OLD.no, OLD.id, OLD.scope, OLD.type, OLD.parent, OLD.depth, OLD.root, OLD.created_by, OLD.created_at)
BEGIN SELECT RAISE(ABORT, 'immutable_field: this field of an instance never changes'); END;
-- A batch may hold several transitions of one row, so only what no sequence of them can do is refused.
CREATE TRIGGER instance_lifecycle AFTER UPDATE OF status ON instance
WHEN OLD.status = 8 AND NEW.status <> 8 OR NEW.status = 1 AND OLD.status <> 1
BEGIN SELECT RAISE(ABORT, 'I3: the lifecycle of an instance has no such way'); END;
CREATE TRIGGER instance_kept AFTER DELETE ON instance
BEGIN SELECT RAISE(ABORT, 'I3: instances are never deleted'); END;

CREATE TRIGGER task_lifecycle AFTER UPDATE OF final ON task
WHEN OLD.final <> NEW.final AND (OLD.final = 7 OR OLD.final > 7 AND NEW.round <= OLD.round)
  OR NEW.epoch < OLD.epoch OR NEW.version < OLD.version OR NEW.round < OLD.round
BEGIN
  SELECT RAISE(ABORT, 'L1: the epoch, version and round of a task never fall')
    WHERE NEW.epoch < OLD.epoch OR NEW.version < OLD.version OR NEW.round < OLD.round;
  SELECT RAISE(ABORT, 'T2: done is final, failed and cancelled end only by a new round');
END;
CREATE TRIGGER task_immutable
AFTER UPDATE OF no, id, key, run_id, on_dependency_failure, source, created_by, created_at, parent_task ON task
WHEN (NEW.no, NEW.id, NEW.key, NEW.run_id, NEW.on_dependency_failure, NEW.source, NEW.created_by, NEW.created_at,
    NEW.parent_task)
  IS NOT (OLD.no, OLD.id, OLD.key, OLD.run_id, OLD.on_dependency_failure, OLD.source, OLD.created_by, OLD.created_at,
    OLD.parent_task)
BEGIN SELECT RAISE(ABORT, 'immutable_field: this field of a task never changes'); END;
CREATE TRIGGER task_kept AFTER DELETE ON task BEGIN SELECT RAISE(ABORT, 'M1: tasks are never deleted'); END;

CREATE TRIGGER delegation_final AFTER UPDATE OF status ON delegation
WHEN OLD.status >= 2 AND NEW.status <> OLD.status AND (OLD.status >= 3 OR NEW.status < 4)
BEGIN SELECT RAISE(ABORT, 'D7: a decided delegation stays decided'); END;
CREATE TRIGGER delegation_immutable
AFTER UPDATE OF no, id, task, source, target, type, seq, delegated_at, previous, round ON delegation
BEGIN SELECT RAISE(ABORT, 'immutable_field: this field of a delegation never changes'); END;
CREATE TRIGGER delegation_kept AFTER DELETE ON delegation
BEGIN SELECT RAISE(ABORT, 'M1: delegations are never deleted'); END;

CREATE TRIGGER event_unchanged AFTER UPDATE ON event BEGIN SELECT RAISE(ABORT, 'E2: the journal is append-only'); END;
CREATE TRIGGER event_kept AFTER DELETE ON event BEGIN SELECT RAISE(ABORT, 'E2: the journal is append-only'); END;
CREATE TRIGGER result_unchanged AFTER UPDATE ON task_result
BEGIN SELECT RAISE(ABORT, 'T5: one result per final task and round'); END;
CREATE TRIGGER result_kept AFTER DELETE ON task_result
BEGIN SELECT RAISE(ABORT, 'T5: one result per final task and round'); END;
CREATE TRIGGER key_unchanged AFTER UPDATE ON command_key
BEGIN SELECT RAISE(ABORT, 'E4: an idempotency key is never changed'); END;
CREATE TRIGGER answer_unchanged AFTER UPDATE ON command_answer
BEGIN SELECT RAISE(ABORT, 'E4: an answer is never changed'); END;
`;
