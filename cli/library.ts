/**
 * The one place where the command line touches the library. Types cost nothing; of code only the mapping
 * to the wire is loaded at once, everything else when it is used, so that `--help` stays fast.
 */
export type { ConfigurationSources } from "../src/config.ts";
export type { CommandOptions, Hopper, Stats } from "../src/api.ts";
export type {
  ChainView,
  DecisionView,
  DelegationView,
  EventView,
  InstanceTreeView,
  InstanceView,
  ListView,
  TaskView,
} from "../src/views.ts";
export { readDuration, DURATION_FORMS } from "../src/contracts/duration.ts";
export { nearest } from "../src/contracts/nearest.ts";
export { toWire } from "../src/contracts/wire.ts";
