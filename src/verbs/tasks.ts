import type { Tasks } from "../api/tasks.ts";
import type { Door } from "../door/door.ts";
import type { Journal } from "../door/journal.ts";
import { taskIntake } from "./task-intake.ts";
import { taskMoves } from "./task-moves.ts";
import { taskQuestions } from "./task-questions.ts";
import { taskWork } from "./task-work.ts";

/** The verbs on tasks. Source: 4-http-api.md 4.2. */
export function tasks(door: Door, journal: Journal): Tasks {
  return {
    ...taskIntake(door, journal),
    ...taskMoves(door),
    ...taskWork(door),
    ...taskQuestions(door, journal),
  };
}
