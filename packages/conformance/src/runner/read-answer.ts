import { exceededLimit, FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { excerpt } from '../base/quote.ts';
import { isObject, type Members } from '../protocol/message.ts';
import { type PortProblem, portProblem } from './port-problem.ts';

/** What a port answered to one case. */
export type Answer =
  | { readonly type: 'result'; readonly result: Members }
  | { readonly type: 'error'; readonly code: string }
  | { readonly type: 'skipped'; readonly reason: string }
  | { readonly type: 'errored'; readonly message: string }
  | { readonly type: 'malformed'; readonly problem: PortProblem };

/** Deeper than any answer of the protocol, and shallow enough for every recursive reader. */
const MAX_DEPTH = 200;
const LIMITS = { ...FOREIGN_TEXT_LIMITS, depth: MAX_DEPTH };

/** A line, read as the JSON object that it must be. */
export type MessageReading =
  | { readonly ok: true; readonly message: Members }
  | { readonly ok: false; readonly problem: PortProblem };

const NOT_I_JSON =
  'not I-JSON (a duplicate name, a lone surrogate, a number out of range, too deep, or too many values)';

/** Reads a line as I-JSON: a name that occurs twice in one object is refused too. */
export function readMessage(line: string): MessageReading {
  if (exceededLimit(line, LIMITS) !== null)
    return refused(`wrote a line that is ${NOT_I_JSON}: ${excerpt(line)}`);
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    return refused(`wrote a line that is ${isJson(line) ? NOT_I_JSON : 'not JSON'}: ${excerpt(line)}`);
  }
  if (!isObject(value)) return refused(`wrote a line that is not a JSON object: ${excerpt(line)}`);
  return { ok: true, message: value };
}

/** Reads the member of a message beside its `seq` (WCP-11-14). */
export function readAnswer(message: Members): Answer {
  const names = Object.keys(message).filter((name) => name !== 'seq');
  const [kind] = names;
  const read =
    names.length === 1 && kind !== undefined && Object.hasOwn(FORMS, kind) ? FORMS[kind] : undefined;
  if (kind === undefined || read === undefined)
    return malformed(`answered with the members ${namesOf(names)}`);
  return read(message[kind]) ?? malformed(`answered with a malformed "${kind}"`);
}

const FORMS: Readonly<Record<string, (value: unknown) => Answer | null>> = {
  result: (value) => (isObject(value) ? { type: 'result', result: value } : null),
  error: (value) => textIn(value, 'code', (code) => ({ type: 'error', code })),
  skipped: (value) => textIn(value, 'reason', (reason) => ({ type: 'skipped', reason })),
  errored: (value) => textIn(value, 'message', (message) => ({ type: 'errored', message })),
};

function textIn(value: unknown, name: string, make: (text: string) => Answer): Answer | null {
  if (!isObject(value) || Object.keys(value).join() !== name) return null;
  const text = value[name];
  return typeof text === 'string' ? make(text) : null;
}

function namesOf(names: readonly string[]): string {
  return names.length === 0 ? 'of no answer' : names.slice(0, 5).map(excerpt).join(', ');
}

function malformed(what: string): Answer {
  return { type: 'malformed', problem: portProblem('answer_malformed', what) };
}

function refused(what: string): MessageReading {
  return { ok: false, problem: portProblem('not_json', what) };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
