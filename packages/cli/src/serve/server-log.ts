import type { Terminal } from '../base/terminal.ts';
import { jsonLine } from '../print/json.ts';
import { escaped } from '../print/layout.ts';

/** The severity of a log line. */
type LogLevel = 'info' | 'warn' | 'error';

/** Writes a log line: for people to standard error, or as a line of JSON to standard output. */
export type ServerLog = (level: LogLevel, message: string, more?: object) => void;

/** The log of a server. */
export function serverLog(terminal: Terminal, isJson: boolean): ServerLog {
  if (isJson) {
    return (level, message, more) =>
      terminal.write(jsonLine({ time: terminal.now(), level, message, ...more }));
  }
  const { red, yellow, dim } = terminal.errorColours;
  const paint = { error: red, warn: yellow, info: dim };
  return (level, message) =>
    terminal.warn(`${dim(terminal.now())} ${paint[level](level)}: ${escaped(message)}\n`);
}
