/** As it must be written for a shell to take it as one word. */
export function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `hopper` and these words, as they can be pasted into a shell. */
export function commandText(words: readonly string[]): string {
  return ["hopper", ...words.map((word) => shellWord(word))].join(" ");
}

/** A command as a person is told it: with the data and settings that this one was told. A remark in brackets stays at its end. */
export function withReach(command: string, reach: readonly string[]): string {
  if (reach.length === 0 || !command.startsWith("hopper ") || /--data|--config|--help$/.test(command))
    return command;
  const [words = "", ...remark] = command.split(/(?= {4}\()/);
  return [words, ...reach.map((word) => ` ${shellWord(word)}`), ...remark].join("");
}
