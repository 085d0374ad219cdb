/** A word of a command line, quoted where a shell would take it for something else. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) && !word.startsWith('-')
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command that only root may run, for this user. */
export function asRoot(command: string): string {
  return process.getuid?.() === 0 ? command : `sudo ${command}`;
}

/** The command that opens a file for editing: the message says what to write. */
export function editing(file: string): string {
  return `\${EDITOR:-vi} ${shellWord(file)}`;
}
