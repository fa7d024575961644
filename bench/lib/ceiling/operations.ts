import type { Claimed } from "../w3-loop.ts";
import type { CeilingTask, Place } from "./state.ts";

/** What a caller asks, with the number of the command and who waits for the answer. */
export type Operation = { readonly command: number } & (
  | {
      readonly kind: "add";
      readonly title: string;
      readonly tag: string;
      readonly resolve: (no: number) => void;
    }
  | {
      readonly kind: "claim";
      readonly place: Place;
      readonly worker: string;
      readonly max: number;
      readonly resolve: (claims: Claimed[]) => void;
    }
  | { readonly kind: "complete"; readonly task: CeilingTask; readonly resolve: (no: number) => void }
);
export type Claim = Extract<Operation, { kind: "claim" }>;
export type Add = Extract<Operation, { kind: "add" }>;
export type Complete = Extract<Operation, { kind: "complete" }>;
