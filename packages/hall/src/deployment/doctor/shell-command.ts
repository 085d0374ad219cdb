import { dirname } from 'node:path';

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

/** Takes a secret from the keyboard, up to Ctrl-D, into a file of its own. */
export function typing(file: string): string {
  const folder = shellWord(dirname(file));
  return `mkdir -p -m 700 ${folder} && (umask 077 && cat > ${shellWord(file)})`;
}

/** Takes a variable from the keyboard: its value stands in no history. */
export function asking(variable: string): string {
  return `read -rs ${variable} && export ${variable}`;
}
