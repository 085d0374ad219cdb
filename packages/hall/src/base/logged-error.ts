import { escapeText, sha256 } from '@wcp/spec/json';

/** A code as the runtime, the system and this project write them. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const FRAME = /^ {4}at .{1,300}$/;
const MAX_FRAMES = 20;
const MAX_CAUSES = 4;

/**
 * An unexpected error for the log: what kind it is and where it arose, with the errors that caused it. Its message
 * may quote what a tenant sent, as that of a parser does, so only the size and the hash of it are written.
 */
export function loggedError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return `Thrown: ${typeof error}.`;
  const { name, message, cause } = error;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const kind = [NAME.test(name) ? name : 'Error', ...(CODE.test(code) ? [code] : [])].join(' ');
  const size = Buffer.byteLength(message);
  const lines = [`${kind}, its message of ${size} bytes has ${sha256(message)}`, ...framesOf(error)];
  if (cause !== undefined && depth < MAX_CAUSES) lines.push(`Caused by: ${loggedError(cause, depth + 1)}`);
  return lines.join('\n');
}

/** Where it arose. What stands before the end of the message is the message, whatever it looks like. */
function framesOf({ stack = '', message }: Error): string[] {
  const end = message === '' ? 0 : stack.indexOf(message) + message.length;
  if (end < message.length) return [];
  const frames = stack
    .slice(end)
    .split('\n')
    .filter((line) => FRAME.test(line));
  return frames.slice(0, MAX_FRAMES).map(escapeText);
}
