import type { Terminal } from '../base/terminal.ts';
import { jsonLine } from '../print/json.ts';
import { escaped } from '../print/layout.ts';

const LEVELS = ['info', 'warn', 'error'] as const;

/** The severity of a log line. */
export type LogLevel = (typeof LEVELS)[number];

/** Writes a log line: for people to standard error, or as a line of JSON to standard output. */
export type ServerLog = (level: LogLevel, message: string, more?: object) => void;

/**
 * The log of a server.
 *
 * @param least what is less severe is not written
 */
export function serverLog(terminal: Terminal, isJson: boolean, least: LogLevel = 'info'): ServerLog {
  const write = isJson ? jsonWriter(terminal) : textWriter(terminal);
  return (level, message, more) => {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(least)) write(level, message, more);
  };
}

function jsonWriter(terminal: Terminal): ServerLog {
  return (level, message, more) =>
    terminal.write(jsonLine({ time: terminal.now(), level, message, ...more }));
}

function textWriter(terminal: Terminal): ServerLog {
  const { red, yellow, dim } = terminal.errorColours;
  const paint = { error: red, warn: yellow, info: dim };
  return (level, message) =>
    terminal.warn(`${dim(terminal.now())} ${paint[level](level)}: ${escaped(message)}\n`);
}
