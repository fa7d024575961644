/**
 * One numbered, forward-only step of the schema, frozen once it was released: its text stands in its own files, words
 * and codes too, and takes nothing from what changes with the program.
 */
export interface SchemaStep {
  /** The `user_version` of a file after this step. */
  readonly version: number;
  /** As it stands in `mikro_orm_migrations`. */
  readonly name: string;
  /** words = it only adds to table `word` or makes views anew, so that nothing can be lost. */
  readonly touches: "tables" | "words";
  /** SQL text, each of one or more statements that begin at the start of a line. */
  sql(): readonly string[];
}

/**
 * Single statements of a step, for a runner that takes one at a time. A statement ends with `;` at the end of a line
 * and the next one begins with CREATE, INSERT, ALTER, DROP or UPDATE in the first column; so triggers stay whole.
 */
export function statementsOf(step: SchemaStep): string[] {
  return step
    .sql()
    .flatMap((text) => text.split(/;\s*\n(?=(?:\s*--[^\n]*\n|\s*\n)*(?:CREATE|INSERT|ALTER|DROP|UPDATE) )/))
    .map((statement) =>
      statement
        .replace(/^(?:\s*--[^\n]*\n|\s*\n)+/, "")
        .trim()
        .replace(/;$/, ""),
    )
    .filter((statement) => statement !== "");
}
