import picocolors from 'picocolors';
import { v7 } from 'uuid';
import type { Colours, Terminal } from './base/terminal.ts';

/** How long what was written last may still be read, in milliseconds. */
const UNREAD_MS = 2_000;

/** The terminal of this process. A reader that closes the pipe early (`wcp … | head`) is not an error. */
export function nodeTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  return {
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    colours: coloursFor(process.stdout),
    errorColours: coloursFor(process.stderr),
    env: process.env,
    write: (text, done) => void process.stdout.write(text, () => done?.()),
    leaveUnread: () => void setTimeout(() => process.exit(), UNREAD_MS).unref(),
    warn: (text) => void process.stderr.write(text),
    readStdin: () => process.stdin,
    now: () => new Date().toISOString(),
    newId: () => v7(),
    untilStopped,
  };
}

/** Resolves at the first signal; a second one ends the program at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** The command goes on, and its exit code still says what it found. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') process.exitCode = 2;
}

function coloursFor(stream: NodeJS.WriteStream): Colours {
  const isPlain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return picocolors.createColors(stream.isTTY === true && !isPlain);
}
