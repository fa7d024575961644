/** As it must be written for a shell to take it as one word. */
export function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `hopper` and these words, as they can be pasted into a shell. */
export function commandText(words: readonly string[]): string {
  return ["hopper", ...words.map((word) => shellWord(word))].join(" ");
}
