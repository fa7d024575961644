import type { Args } from "../parse/args.ts";
import type { CommandOptions, Hopper, InstanceView } from "../library/library.ts";
import type { CommandSpec, OptionSpec } from "../parse/spec.ts";
import { INSTANCE, shownInstance } from "./instance.ts";

interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly OptionSpec[];
  readonly send: (
    instances: Hopper["instances"],
    id: string,
    args: Args,
    options: CommandOptions,
  ) => Promise<InstanceView>;
}

const VERBS: readonly Verb[] = [
  {
    name: "start",
    summary: "Start an instance",
    send: async (instances, id, _args, options) => await instances.start(id, options),
  },
  {
    name: "stop",
    summary: "Stop an instance, when the work under way is done",
    options: [
      {
        name: "drain-timeout",
        type: "duration",
        describe: "Wait at most this long for it, e.g. 10s (default 30s)",
      },
    ],
    send: async (instances, id, args, options) =>
      await instances.stop(id, { ...options, drainTimeoutMs: args.number("drain-timeout") }),
  },
  {
    name: "restart",
    summary: "Stop an instance and start it again",
    send: async (instances, id, _args, options) => await instances.restart(id, options),
  },
  {
    name: "pause",
    summary: "Take nothing new; what is under way goes on",
    send: async (instances, id, _args, options) => await instances.pause(id, options),
  },
  {
    name: "resume",
    summary: "Go on after a pause",
    send: async (instances, id, _args, options) => await instances.resume(id, options),
  },
  {
    name: "recover",
    summary: "Start an instance that is in error",
    send: async (instances, id, _args, options) => await instances.recover(id, options),
  },
  {
    name: "fail",
    summary: "Put an instance into error",
    options: [{ name: "error", type: "text", required: true, describe: "What is wrong with it" }],
    send: async (instances, id, args, options) =>
      await instances.fail(id, { ...options, error: args.text("error") }),
  },
  {
    name: "terminate",
    summary: "End an instance for good; its tasks go back to where they came from",
    options: [{ name: "cascade", type: "flag", describe: "And all below it, children first" }],
    send: async (instances, id, args, options) =>
      await instances.terminate(id, { ...options, cascade: args.flag("cascade") }),
  },
];

/** The lifecycle verbs: each prints the instance's line with its new state. Source: 2-domain.md 2.2. */
export const lifecycleCommands: readonly CommandSpec[] = VERBS.map((verb) => ({
  path: ["instance", verb.name],
  summary: verb.summary,
  positionals: [INSTANCE],
  ...(verb.options === undefined ? {} : { options: verb.options }),
  act: async (context, args) => {
    await context.changes(async (hopper) => {
      const { instances } = hopper;
      const changed = await verb.send(instances, args.text("instance"), args, { by: context.by });
      await hopper.settle();
      // By id: a terminated instance has no name any more.
      await context.show(shownInstance(await instances.get(changed.id)));
    });
  },
}));
