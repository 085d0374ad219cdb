import type { WorkerCode } from '../../base/worker-code.ts';
import { type Call, parseObject, readCall } from '../call.ts';
import type { InputLine } from './read-lines.ts';

/** The Hall's answer to a chained dispatch. */
export interface DispatchAnswer {
  readonly id: unknown;
  readonly seq: number;
  readonly answer: unknown;
  /** Why there is no answer, for the worker's author. */
  readonly error: string | null;
}

/** What a line of input says. */
export type Line =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'cancel'; readonly id: unknown }
  | ({ readonly kind: 'dispatched' } & DispatchAnswer)
  | { readonly kind: 'blank' }
  | InvalidLine;

/** A line that cannot be read, with the code for its result. */
export interface InvalidLine {
  readonly kind: 'invalid';
  readonly code: WorkerCode;
  readonly message: string | null;
  readonly id: unknown;
}

/** JSON's white space and nothing else: `trim` would also skip a byte order mark. */
const BLANK = /^[ \t\r]*$/;

/** Reads a line: a call, or a message about a running one. */
export function readLine(line: InputLine): Line {
  if (line.kind !== 'line') {
    if (line.kind === 'not-utf8') return invalid('It is not UTF-8.', undefined);
    return { kind: 'invalid', code: 'WORKER_LINE_TOO_LONG', message: null, id: undefined };
  }
  if (BLANK.test(line.text)) return { kind: 'blank' };
  const members = parseObject(line.text);
  if (typeof members === 'string') return invalid(members, undefined);
  const [name, ...more] = Object.keys(members);
  const read = more.length === 0 && name !== undefined ? MESSAGES.get(name) : undefined;
  if (read !== undefined && name !== undefined) return read(members[name]);
  const reading = readCall(members);
  return reading.ok ? { kind: 'call', call: reading.call } : invalid(reading.message, reading.id);
}

const MESSAGES: ReadonlyMap<string, (value: unknown) => Line> = new Map<string, (value: unknown) => Line>([
  ['cancel', (id) => ({ kind: 'cancel', id })],
  ['dispatched', readDispatched],
]);

function readDispatched(value: unknown): Line {
  const { id, seq, answer, error } = Object(value) as Record<string, unknown>;
  if (typeof seq !== 'number') return invalid('It does not answer a dispatch.', undefined);
  return { kind: 'dispatched', id, seq, answer, error: error === undefined ? null : messageOf(error) };
}

function messageOf(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return `${typeof message === 'string' ? message : 'The Hall did not answer.'} (${String(code)})`;
}

function invalid(message: string, id: unknown): Line {
  return { kind: 'invalid', code: 'WORKER_INVALID_LINE', message, id };
}
