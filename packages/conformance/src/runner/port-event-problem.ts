import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { excerpt } from '../base/quote.ts';
import { MAX_LINE_LENGTH } from '../protocol/line-splitter.ts';
import { type PortProblem, portProblem } from './port-problem.ts';
import type { Exit, Launch, PortEvent } from './port-process.ts';

type Ended = Extract<PortEvent, { type: 'ended' }>;
type Silent = Extract<PortEvent, { type: 'silent' }>;
type Broken = Extract<PortEvent, { type: 'not_utf8' | 'line_too_long' | 'closed' }>;

/** What is wrong when a port did not answer `start`; `lastError` is from its standard error. */
export function startProblem(
  event: Ended | Silent | Broken,
  launch: Launch,
  timeoutMs: number,
  lastError: string,
): PortProblem {
  if (event.type === 'silent') return startSilence(event, timeoutMs);
  if (event.type !== 'ended') return BROKEN[event.type];
  if (event.exit.failure !== null) return spawnProblem(event.exit.failure, launch);
  if (event.rest !== '')
    return portProblem('start_half_line', `${halfLine(event.rest)} and ${ended(event.exit)}`);
  return portProblem('start_exited', `${ended(event.exit)} before it answered "start"${stderrOf(lastError)}`);
}

/** What is wrong when a port ended, timed out or wrote something that is not a line. */
export function portEventProblem(
  event: Ended | Silent | Broken,
  timeoutMs: number,
  lastError: string,
): PortProblem {
  if (event.type === 'silent') return silence(event, timeoutMs);
  if (event.type !== 'ended') return BROKEN[event.type];
  if (event.rest !== '') return portProblem('half_line', `${halfLine(event.rest)} and ${ended(event.exit)}`);
  return portProblem('exited', `${ended(event.exit)}${stderrOf(lastError)}`);
}

/** What is wrong with the end after `stop`, or null (WCP-11-20). */
export function stopProblem(event: Ended | Silent, timeoutMs: number): PortProblem | null {
  if (event.type === 'silent')
    return portProblem('stop_ignored', `did not end within ${timeoutMs} ms of "stop"`);
  if (event.rest !== '') return portProblem('half_line', `${halfLine(event.rest)} and ${ended(event.exit)}`);
  if (event.exit.status === 0) return null;
  return portProblem('stop_status', `${ended(event.exit)} after "stop"`);
}

function startSilence({ rest }: Silent, timeoutMs: number): PortProblem {
  if (rest === '') return portProblem('start_silent', `wrote nothing within ${timeoutMs} ms of "start"`);
  return portProblem('start_half_line', `${halfLine(rest)} and then nothing for ${timeoutMs} ms`);
}

function silence({ rest }: Silent, timeoutMs: number): PortProblem {
  if (rest === '') return portProblem('silent', `gave no answer within ${timeoutMs} ms`);
  return portProblem('half_line', `${halfLine(rest)} and then nothing for ${timeoutMs} ms`);
}

const BROKEN: Readonly<Record<Broken['type'], PortProblem>> = {
  not_utf8: portProblem('not_utf8', 'wrote a line that is not UTF-8'),
  line_too_long: portProblem(
    'line_too_long',
    `wrote more than ${MAX_LINE_LENGTH / 2 ** 20} MiB without a newline`,
  ),
  closed: portProblem('stdout_closed', 'closed its standard output'),
};

function halfLine(rest: string): string {
  return `wrote half a line, without a newline: ${excerpt(rest)},`;
}

function ended(exit: Exit): string {
  if (exit.signal !== null) return `was ended by the signal ${exit.signal}`;
  return `ended with status ${exit.status ?? 'unknown'}`;
}

function stderrOf(lastError: string): string {
  return lastError === '' ? '' : `; its last error on standard error: ${excerpt(lastError)}`;
}

function spawnProblem(failure: NodeJS.ErrnoException, { command, cwd = '.' }: Launch): PortProblem {
  const name = excerpt(command);
  if (!existsSync(cwd)) return portProblem('folder_not_found', `The folder ${excerpt(cwd)} does not exist`);
  if (failure.code === 'EACCES')
    return portProblem('command_not_executable', `The command ${name} is not executable`);
  if (failure.code !== 'ENOENT')
    return portProblem('command_failed', `The command ${name} failed: ${failure.code}`);
  if (!/[/\\]/.test(command) || !existsSync(resolve(cwd, command))) {
    return portProblem('command_not_found', `The command ${name} was not found`);
  }
  return portProblem(
    'command_not_executable',
    `The interpreter that ${name} names in its first line was not found`,
  );
}
