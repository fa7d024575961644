/** A word as a shell takes it: as it is when it is plain, else in single quotes. */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `hopper` and these words, as they can be pasted into a shell. */
export function commandText(words: readonly string[]): string {
  return ["hopper", ...words.map((word) => quote(word))].join(" ");
}
