import type { Finding, Parsed } from '../../base/finding.ts';
import { isTime } from '../../base/time.ts';
import { readCanonical } from '../../json/canonical-json.ts';
import { ownKeys, readMember } from '../../json/json-reader.ts';
import { type Facts, FactsSchema } from '../schema/facts.ts';
import { parseDocument } from './parse-document.ts';

/**
 * Reads the facts of one decision (section 4.4). Hashes come back with their prefix. `policy` may be
 * anything that is not undefined, for step 13 judges it; what JSON cannot hold there comes back as
 * null, which is not a verdict either.
 *
 * @example
 * import { parseFacts } from '@wcp/spec';
 *
 * const decision_id = '6b1f4c8e-0f5a-4f6e-8d43-0c8f5f0a7e21';
 * parseFacts({ now: '2026-01-01T00:00:00Z', decision_id }).ok; // true
 */
export function parseFacts(value: unknown): Parsed<Facts> {
  return parseDocument<Facts>(FactsSchema, withReadablePolicy(value), checkTime);
}

function withReadablePolicy(value: unknown): unknown {
  const names = typeof value === 'object' && value !== null ? ownKeys(value) : null;
  if (!Array.isArray(names) || !names.includes('policy')) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const name of names) copy[name] = readMember(value as object, name);
  if (copy['policy'] !== undefined && readCanonical(copy['policy']).findings.length > 0)
    copy['policy'] = null;
  return copy;
}

function checkTime(facts: Facts): Finding[] {
  if (isTime(facts.now)) return [];
  const message = 'Expected an instant that exists, such as 2026-01-01T00:00:00.000Z.';
  return [{ path: '/now', code: 'INVALID_VALUE', message }];
}
