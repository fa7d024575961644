/** Taken by every verb that changes something. */
export interface CommandOptions {
  /** Same key and body: the stored answer, also after a restart. Kept 24 h. */
  idempotencyKey?: string | undefined;
  /** Who asks; shown in the journal. Default `library`. */
  by?: string | undefined;
}

export interface PageParams {
  /** 1…500, default 50. */
  limit?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
}
