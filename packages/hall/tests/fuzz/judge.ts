import { expect } from 'vitest';
import type { Person } from '../support/test-hall.ts';

/** What nobody but its tenant and overseers may ever see. */
export const MARKER = 'marker-7f3c';
/** Those who must not see it. */
const STRANGERS: ReadonlySet<Person> = new Set([
  'nobody',
  'revoked',
  'tenant',
  'foreigner',
  'owner',
  'rival',
]);

/** Traces of code and of machines. */
const TRACES = [
  /\n\s+at \S/,
  /\bat (?:async )?[\w.<>]+ \(/,
  /node_modules|node:internal/,
  /file:\/\//,
  /\/(?:home|root|usr|work|tmp|var|opt)\//,
  /\.[cm]?[jt]s:\d+/,
  /SQLITE|SQLSTATE|sqlite_/,
  /"secret_hash"/,
];

/** What is known of an answer. */
export interface Seen {
  readonly person: Person;
  readonly what: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/**
 * Whether an answer is one that a Hall may give: no failure of its own, nothing of its inside, nothing of
 * another tenant, and a problem document where something is wrong.
 *
 * @param promised the statuses that the OpenAPI document promises; null for what is no operation
 */
export function judge({ person, what, status, type, text }: Seen, promised: readonly string[] | null): void {
  const context = `${person} ${what}: ${status} ${text.slice(0, 400)}`;
  if (status >= 500) expect.fail(`failed: ${context}`);
  if (promised !== null && !promised.includes(String(status))) expect.fail(`not documented: ${context}`);
  const trace = TRACES.find((pattern) => pattern.test(text));
  if (trace !== undefined) expect.fail(`shows ${trace}: ${context}`);
  if (STRANGERS.has(person) && text.includes(MARKER)) expect.fail(`shows another tenant: ${context}`);
  const isDecision = status === 403 && type.startsWith('application/json');
  if (status >= 400 && !isDecision && !type.startsWith('application/problem+json') && text !== '') {
    expect.fail(`no problem document (${type}): ${context}`);
  }
}
