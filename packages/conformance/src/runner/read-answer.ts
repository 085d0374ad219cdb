import { parseJson } from '@wcp/spec/json';
import { excerpt } from './excerpt.ts';
import { type PortProblem, portProblem } from './port-problem.ts';

/** What a port answered to one case. */
export type Answer =
  | { readonly type: 'result'; readonly result: Members }
  | { readonly type: 'error'; readonly code: string }
  | { readonly type: 'skipped'; readonly reason: string }
  | { readonly type: 'errored'; readonly message: string }
  | { readonly type: 'malformed'; readonly portProblem: PortProblem };

/** A JSON object. Its members are an answer's, so look with `Object.hasOwn` before you read. */
export type Members = Readonly<Record<string, unknown>>;

/** Deeper than any answer of the protocol, and shallow enough for every recursive reader. */
const DEEPEST = 200;

/** A line, read as the JSON object that it must be. */
export type MessageReading =
  | { readonly ok: true; readonly message: Members }
  | { readonly ok: false; readonly portProblem: PortProblem };

const FORBIDDEN = 'no I-JSON (a name twice, a lone surrogate, a number out of range, or too deep)';

/** Reads a line as I-JSON: a name that occurs twice in one object is refused, too. */
export function readMessage(line: string): MessageReading {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    return refused(`wrote a line that is ${isJson(line) ? FORBIDDEN : 'not JSON'}: ${excerpt(line)}`);
  }
  if (!isObject(value)) return refused(`wrote a line that is no JSON object: ${excerpt(line)}`);
  if (isDeeper(value, DEEPEST)) return refused(`wrote an object that nests more than ${DEEPEST} levels`);
  return { ok: true, message: value };
}

/** Reads what stands in a message beside its `seq` (WCP-11-14). */
export function readAnswer(message: Members): Answer {
  const names = Object.keys(message).filter((name) => name !== 'seq');
  const [kind] = names;
  const read =
    names.length === 1 && kind !== undefined && Object.hasOwn(FORMS, kind) ? FORMS[kind] : undefined;
  if (kind === undefined || read === undefined) return malformed(`answered with the members ${list(names)}`);
  return read(message[kind]) ?? malformed(`answered with a "${kind}" of another form`);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

function list(names: readonly string[]): string {
  return names.length === 0 ? 'of no answer' : names.slice(0, 5).map(excerpt).join(', ');
}

function malformed(what: string): Answer {
  return { type: 'malformed', portProblem: portProblem('answer_malformed', what) };
}

function refused(what: string): MessageReading {
  return { ok: false, portProblem: portProblem('not_json', what) };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
