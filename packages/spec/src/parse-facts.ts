import { parseDocument } from './document.ts';
import type { Finding, Parsed } from './finding.ts';
import { type Facts, FactsSchema } from './schema/facts.ts';
import { isTime } from './time.ts';

/**
 * Reads the facts of one decision (section 4.4). Hashes come back with their prefix; `policy` may be
 * anything, for step 13 checks it.
 */
export function parseFacts(value: unknown): Parsed<Facts> {
  return parseDocument<Facts>(FactsSchema, value, checkTime);
}

function checkTime(facts: Facts): Finding[] {
  if (isTime(facts.now)) return [];
  return [{ path: '/now', code: 'INVALID_VALUE', message: 'Expected an instant that exists, such as 2026-01-01T00:00:00.000Z.' }];
}
