import type { WorkerCode } from '../worker-code.ts';
import { type Call, parseObject, readCall } from './call.ts';
import type { InputLine } from './read-lines.ts';

/** The Hall's answer to a dispatch. */
export interface Dispatched {
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
  | ({ readonly kind: 'dispatched' } & Dispatched)
  | { readonly kind: 'blank' }
  | {
      readonly kind: 'problem';
      readonly code: WorkerCode;
      readonly problem: string | null;
      readonly id: unknown;
    };

/** Reads a line: a call, or a word about one that is running. */
export function readLine(line: InputLine): Line {
  if ('problem' in line) {
    const code = line.problem === 'too-long' ? 'WORKER_LINE_TOO_LONG' : 'WORKER_INVALID_LINE';
    return { kind: 'problem', code, problem: null, id: undefined };
  }
  if (line.text.trim() === '') return { kind: 'blank' };
  const members = parseObject(line.text);
  if (typeof members === 'string') return invalid(members, undefined);
  const [name, ...more] = Object.keys(members);
  const word = more.length === 0 && name !== undefined ? WORDS.get(name) : undefined;
  if (word !== undefined && name !== undefined) return word(members[name]);
  const call = readCall(members);
  return 'problem' in call ? invalid(call.problem, call.id) : { kind: 'call', call };
}

const WORDS: ReadonlyMap<string, (value: unknown) => Line> = new Map<string, (value: unknown) => Line>([
  ['cancel', (id) => ({ kind: 'cancel', id })],
  ['dispatched', readDispatched],
]);

function readDispatched(value: unknown): Line {
  const { id, seq, answer, error } = Object(value) as Record<string, unknown>;
  if (typeof seq !== 'number') return invalid('It answers no dispatch.', undefined);
  return { kind: 'dispatched', id, seq, answer, error: error === undefined ? null : messageOf(error) };
}

function messageOf(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return `${typeof message === 'string' ? message : 'The Hall gave no answer.'} (${String(code)})`;
}

function invalid(problem: string, id: unknown): Line {
  return { kind: 'problem', code: 'WORKER_INVALID_LINE', problem, id };
}
