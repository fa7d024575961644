/** A throughput that was not measured here. */
export interface Quoted {
  readonly name: string;
  readonly tasksPerSecond: number;
}

/** Where the figures of {@link PEERS} are from, in lines that fit beside a chart. */
export const PEERS_SOURCE: readonly string[] = [
  "From Hopper's design notes: measured on",
  "another machine (4 cores), date unknown;",
  "in flight and spread unknown.",
];

/**
 * Other systems at the workload W3, quoted from the notes that Hopper was designed by; the benchmarks run none of them.
 * On that machine a hand-written engine reached 23,500 tasks/s: it was faster than that of the table.
 */
export const PEERS: readonly Quoted[] = [
  { name: "BullMQ 6.7 flows, Redis AOF everysec", tasksPerSecond: 2_100 },
  { name: "pg-boss 12, tuned, PostgreSQL", tasksPerSecond: 1_520 },
  { name: "BullMQ 6.7 flows, Redis AOF always", tasksPerSecond: 1_450 },
  { name: "Restate 1.7, three awaited objects", tasksPerSecond: 660 },
  { name: "DBOS TS 5.3 on PostgreSQL", tasksPerSecond: 440 },
  { name: "Effect cluster 4 on SQLite", tasksPerSecond: 410 },
  { name: "graphile-worker 0.18, batching", tasksPerSecond: 410 },
];
