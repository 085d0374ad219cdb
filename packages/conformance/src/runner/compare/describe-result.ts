import { DENY_CODES } from '@wcp/spec';
import { cut, quoted } from '../../base/quote.ts';
import { isObject, type Members } from '../../protocol/message.ts';

const MAX_LENGTH = 500;
const MAX_ITEMS = 4;
const PLAIN_WORD = /^[\w.:/-]{1,100}$/;

type Describe = (value: unknown) => string;

/** A worker that nobody asked for looks like a difference. */
const WORKER = 'worker_id';

/** How each member that explains an answer is told, in the order in which it is. */
const PARTS: readonly (readonly [name: string, describe: Describe])[] = [
  ['outcome', word],
  ['deny_code', denyCode],
  ['deny_reason_if_denied', denyReason],
  ['escalation_context', holdReasons],
  ['candidate_workers_ranked', skippedCandidates],
  [WORKER, (value) => (value === null ? '' : `worker ${word(value)}`)],
];

/** The members of a reason for a denial, as they are told. */
const REASONS = [
  'findings',
  'missing',
  'violations',
  'dead_rules',
  'reason',
  'expected',
  'blast_score',
  'limit',
  'worker_species_id',
];

/**
 * A result in one line that says why it is as it is: of a decision the outcome, the deny code with its step, the
 * reason of a denial or a hold, why candidates were skipped; any other result as JSON. Safe to show, and at most 500
 * characters.
 *
 * @param asked the result that was asked for: without a worker there, none is told
 */
export function describeResult(result: Members, asked: Members = result): string {
  const told = PARTS.filter(([name]) => Object.hasOwn(result, name))
    .filter(([name]) => name !== WORKER || Object.hasOwn(asked, WORKER))
    .map(([name, describe]) => describe(result[name]))
    .filter((part) => part !== '');
  return cut(told.length === 0 ? quoted(result) : told.join(', '), MAX_LENGTH);
}

function word(value: unknown): string {
  return typeof value === 'string' && PLAIN_WORD.test(value) ? value : quoted(value);
}

function denyCode(value: unknown): string {
  if (value === null) return '';
  if (typeof value !== 'string' || !Object.hasOwn(DENY_CODES, value))
    return `${word(value)} (not a deny code of the text)`;
  const { step } = DENY_CODES[value as keyof typeof DENY_CODES];
  return step === 0 ? value : `${value} (step ${step})`;
}

function denyReason(value: unknown): string {
  if (!isObject(value)) return value === null ? '' : word(value);
  const told = REASONS.filter((name) => Object.hasOwn(value, name)).map(
    (name) => `${name.replaceAll('_', ' ')} ${items(value[name])}`,
  );
  const { message } = { ...value };
  return [...told, ...(typeof message === 'string' ? [`message ${quoted(message)}`] : [])].join(', ');
}

function holdReasons(value: unknown): string {
  const reasons = isObject(value) ? value['reasons'] : null;
  return Array.isArray(reasons) ? `held for ${items(reasons)}` : '';
}

function skippedCandidates(value: unknown): string {
  if (!Array.isArray(value)) return '';
  const told = value.filter(isObject).filter((item) => typeof item['skip_reason'] === 'string');
  if (told.length === 0) return '';
  return `skipped ${list(told, (item) => `${word(item['worker_species_id'])}: ${word(item['skip_reason'])}`)}`;
}

function items(value: unknown): string {
  return Array.isArray(value) ? list(value, item) : word(value);
}

/** A finding by its place and code, a reason by its name; anything else as it is. */
function item(value: unknown): string {
  if (!isObject(value)) return word(value);
  const named = ['index', 'path', 'reason', 'code', 'rule_id', 'level'].filter((name) =>
    Object.hasOwn(value, name),
  );
  return named.length === 0 ? word(value) : named.map((name) => word(value[name])).join(' ');
}

function list<T>(values: readonly T[], describe: (value: T) => string): string {
  if (values.length === 0) return '[]';
  const more = values.length > MAX_ITEMS ? [`${values.length - MAX_ITEMS} more`] : [];
  return `[${[...values.slice(0, MAX_ITEMS).map(describe), ...more].join(', ')}]`;
}
