/**
 * The tables. Keys are integers (T-42 is row 42), ids 16-byte blobs (an instance's is text: callers may choose it),
 * words small integers. Foreign keys are immediate: were they deferred, one broken reference
 * would make SQLite look for children of every row that is added after it, through tables without an index for that.
 */
export const tables = `
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  instance INTEGER NOT NULL, task INTEGER NOT NULL, delegation INTEGER NOT NULL,
  message INTEGER NOT NULL, position INTEGER NOT NULL, command INTEGER NOT NULL
) STRICT;

CREATE TABLE who (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE instance (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scope INTEGER NOT NULL CHECK (scope BETWEEN 1 AND 7),
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 3),
  -- No foreign key: trigger instance_parent_legal asks for more. With one, a broken row would make SQLite look for
  -- children of it in every table.
  parent INTEGER,
  depth INTEGER NOT NULL CHECK (depth BETWEEN 1 AND 16),
  root INTEGER NOT NULL,
  config TEXT NOT NULL,
  inherited TEXT NOT NULL,
  runtime_metadata TEXT NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 8),
  description TEXT,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  stopped_at INTEGER,
  version INTEGER NOT NULL,
  intent INTEGER CHECK (intent BETWEEN 1 AND 2),
  wake_at INTEGER,
  waiting TEXT,
  -- What a hop's foreign keys point at (D2).
  UNIQUE (no, parent)
) STRICT;

CREATE TABLE tally (
  instance INTEGER PRIMARY KEY,
  pending INTEGER NOT NULL, blocked INTEGER NOT NULL, queued INTEGER NOT NULL, claimed INTEGER NOT NULL,
  in_progress INTEGER NOT NULL, waiting INTEGER NOT NULL,
  done INTEGER NOT NULL, failed INTEGER NOT NULL, cancelled INTEGER NOT NULL
) STRICT;

CREATE TABLE roster (
  parent INTEGER NOT NULL REFERENCES instance,
  child INTEGER NOT NULL REFERENCES instance,
  name TEXT NOT NULL,
  scope INTEGER NOT NULL,
  type INTEGER NOT NULL,
  status INTEGER NOT NULL,
  description TEXT,
  capabilities TEXT,
  strict_capabilities INTEGER NOT NULL,
  domains TEXT,
  max_concurrent INTEGER NOT NULL,
  room INTEGER NOT NULL,
  open_elsewhere INTEGER NOT NULL,
  own_open INTEGER NOT NULL,
  child_version INTEGER NOT NULL,
  backoff_until INTEGER,
  refusals INTEGER NOT NULL,
  PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  title TEXT NOT NULL,
  tags TEXT,
  priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
  project TEXT,
  key TEXT,
  run_id TEXT,
  on_dependency_failure INTEGER NOT NULL,
  deadline_at INTEGER,
  not_before INTEGER,
  timeout_seconds REAL,
  max_attempts INTEGER NOT NULL,
  route INTEGER NOT NULL CHECK (route IN (0, 1)),
  source INTEGER NOT NULL,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  parent_task INTEGER REFERENCES task,
  status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 9),
  -- The status once it is final, else 0. The rule of final states (T2) is a trigger on this column, so that it costs
  -- nothing while a task is open: a write that leaves it out cannot cross the border.
  final INTEGER NOT NULL CONSTRAINT "T2: final follows status" CHECK (final = iif(status >= 7, status, 0)),
  held_reason INTEGER CHECK (held_reason BETWEEN 1 AND 7),
  holder INTEGER REFERENCES instance,
  origin INTEGER REFERENCES instance,
  keeper INTEGER NOT NULL,
  pending_hop INTEGER,
  delegated_from INTEGER,
  delegated_to INTEGER,
  chain TEXT,
  hops INTEGER NOT NULL,
  last_hop INTEGER,
  attempt INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  lease_losses INTEGER NOT NULL,
  round INTEGER NOT NULL,
  routing_round INTEGER NOT NULL,
  refused_by TEXT,
  returned_by TEXT,
  waits_for TEXT,
  watched INTEGER NOT NULL CHECK (watched IN (0, 1)),
  blocked_by_hand INTEGER NOT NULL CHECK (blocked_by_hand IN (0, 1)),
  arrival INTEGER,
  epoch INTEGER NOT NULL,
  claimed_by TEXT,
  lease_expires_at INTEGER,
  lease_kind INTEGER CHECK (lease_kind BETWEEN 1 AND 3),
  attempt_ends_at INTEGER,
  process TEXT,
  progress REAL,
  outcome INTEGER CHECK (outcome BETWEEN 1 AND 3),
  error TEXT,
  first_error TEXT,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  due_at INTEGER,
  CONSTRAINT "T1: a task without a holder has no origin" CHECK (holder IS NOT NULL OR origin IS NULL),
  CONSTRAINT "T7: a final task has no lease and no offer"
    CHECK (status < 7 OR (lease_expires_at IS NULL AND pending_hop IS NULL AND due_at IS NULL))
) STRICT;

CREATE TABLE task_text (
  task INTEGER PRIMARY KEY REFERENCES task,
  description TEXT, payload TEXT, run TEXT
) STRICT;

-- Written with its task only, so it needs no foreign key (which would need an index by task).
CREATE TABLE task_tag (
  tag TEXT NOT NULL,
  task INTEGER NOT NULL,
  PRIMARY KEY (tag, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE dependency (
  task INTEGER NOT NULL REFERENCES task,
  seq INTEGER NOT NULL,
  -- Its existence is checked by the statement that inserts it (dialects/sqlite/task-writes.ts).
  depends_on INTEGER NOT NULL,
  PRIMARY KEY (task, seq),
  CHECK (task <> depends_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE watch (
  task INTEGER NOT NULL REFERENCES task,
  dependent INTEGER NOT NULL,
  PRIMARY KEY (task, dependent)
) STRICT, WITHOUT ROWID;

CREATE TABLE delegation (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  task INTEGER NOT NULL REFERENCES task,
  source INTEGER NOT NULL,
  target INTEGER NOT NULL,
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 4),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 5),
  delegated_by TEXT,
  delegated_at INTEGER NOT NULL,
  decided_at INTEGER,
  completed_at INTEGER,
  expires_at INTEGER,
  reason_code INTEGER,
  reason_text TEXT,
  outcome INTEGER CHECK (outcome BETWEEN 1 AND 4),
  task_status INTEGER CHECK (task_status BETWEEN 1 AND 9),
  notes TEXT,
  previous INTEGER CHECK (previous < no),
  round INTEGER NOT NULL,
  routing_round INTEGER NOT NULL,
  by_caller INTEGER NOT NULL CHECK (by_caller IN (0, 1)),
  version INTEGER NOT NULL,
  -- D2, as foreign keys to (instance, its parent), since a trigger would cost several times as much: route and decompose
  -- go to a child (I1 says of which scopes), escalate to the parent, reassign to another child of the common parent.
  common INTEGER,
  child INTEGER AS (CASE WHEN type <= 2 THEN target END) VIRTUAL,
  climber INTEGER AS (CASE WHEN type = 3 THEN source END) VIRTUAL,
  FOREIGN KEY (child, source) REFERENCES instance (no, parent),
  FOREIGN KEY (climber, target) REFERENCES instance (no, parent),
  FOREIGN KEY (source, common) REFERENCES instance (no, parent),
  FOREIGN KEY (target, common) REFERENCES instance (no, parent),
  CONSTRAINT "D2: this hop is not allowed" CHECK (type <> 4 OR common IS NOT NULL),
  CONSTRAINT "D9: a hop to itself" CHECK (source <> target)
) STRICT;

CREATE TABLE task_result (
  task INTEGER NOT NULL REFERENCES task,
  round INTEGER NOT NULL,
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 3),
  value TEXT,
  error TEXT,
  epoch INTEGER,
  at INTEGER NOT NULL,
  PRIMARY KEY (task, round)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  name INTEGER NOT NULL,
  instance INTEGER NOT NULL,
  task INTEGER,
  delegation INTEGER,
  actor INTEGER,
  cause INTEGER NOT NULL,
  data TEXT
) STRICT;

CREATE TABLE mailbox (
  no INTEGER PRIMARY KEY,
  "to" INTEGER NOT NULL,
  "from" INTEGER,
  task INTEGER,
  message TEXT NOT NULL,
  reply_command INTEGER,
  reply_keyed INTEGER,
  "by" TEXT,
  cause INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  deliver_at INTEGER NOT NULL,
  enqueued_at INTEGER NOT NULL
) STRICT;

CREATE TABLE dead_letter (
  no INTEGER PRIMARY KEY,
  "to" INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  error TEXT NOT NULL,
  at INTEGER NOT NULL,
  times INTEGER NOT NULL
) STRICT;

CREATE TABLE command_key (
  command INTEGER PRIMARY KEY,
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (caller, key)
) STRICT;

CREATE TABLE command_answer (command INTEGER PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
`;
