import type { Parsed } from '../base/finding.ts';
import type { RouteInput } from '../document/schema/route-input.ts';
import { readRouteInput } from './read-route-input.ts';

/**
 * Reads a RouteInput (section 3). The value may be anything at all; every finding comes at once.
 *
 * @example
 * import { parseRouteInput } from '@wcp/spec';
 *
 * const parsed = parseRouteInput({ env: 'moon' });
 * if (!parsed.ok) console.log(parsed.findings); // [{ path: '/capability_id', code: 'MISSING_MEMBER', … }, …]
 */
export function parseRouteInput(value: unknown): Parsed<RouteInput> {
  const reading = readRouteInput(value);
  if (reading.deny_code === null) {
    return { ok: true, value: JSON.parse(reading.canonical()) as RouteInput, diagnostics: [] };
  }
  if (reading.findings.length > 0) return { ok: false, findings: reading.findings };
  const path = reading.deny_code === 'DENY_MISSING_TENANT_ID' ? '/tenant_id' : '/correlation_id';
  return { ok: false, findings: [{ path, code: 'INVALID_VALUE', message: 'This must not be blank.' }] };
}
