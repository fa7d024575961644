import type { AnyStateMachine } from "xstate";

import { edgesOf, initialOf, type Edge } from "../host-checks.ts";
import { finalsOf } from "../host.ts";

/**
 * The Mermaid `stateDiagram-v2` of a flat machine. The states that are not final stand in a box, and a way to a
 * final state that all of them have is one arrow from the box. All ways from one state to another share an arrow,
 * a line each, the guard's name in brackets.
 * @param box What the box is called.
 */
export function drawChart(machine: AnyStateMachine, box: string): string {
  const edges = edgesOf(machine);
  const finals = finalsOf(machine);
  const open = Object.keys(machine.states).filter((state) => !finals.has(state));
  const isCommon = (way: Edge): boolean =>
    finals.has(way.to) &&
    open.every((from) => edges.some((edge) => edge.from === from && isSameWay(edge, way)));
  const common = edges.filter((edge) => edge.from === open[0] && isCommon(edge));
  const single = edges.filter((edge) => !isCommon(edge));
  const isInside = ({ from, to }: Edge): boolean => !finals.has(from) && !finals.has(to);
  const inside = single.filter(isInside);
  const across = single.filter((edge) => !isInside(edge));
  const ends = [...finals].filter((state) => !edges.some(({ from }) => from === state));
  const lines = [
    "stateDiagram-v2",
    `    state ${box} {`,
    `        [*] --> ${initialOf(machine)}`,
    ...arrows(inside).map((arrow) => `    ${arrow}`),
    "    }",
    ...arrows(common.map((edge) => ({ ...edge, from: box }))),
    ...arrows(across),
    ...ends.map((state) => `    ${state} --> [*]`),
  ];
  return `${lines.join("\n")}\n`;
}

function isSameWay(one: Edge, other: Edge): boolean {
  return one.event === other.event && one.to === other.to && one.guard?.name === other.guard?.name;
}

function arrows(edges: readonly Edge[]): string[] {
  const byEnds = Map.groupBy(edges, ({ from, to }) => `${from} --> ${to}`);
  return [...byEnds].map(([ends, ways]) => `    ${ends} : ${ways.map(label).join("<br/>")}`);
}

function label({ event, guard }: Edge): string {
  return guard === null ? event : `${event} [${guard.name}]`;
}
