import type { Parsed } from '../../base/finding.ts';
import { type HallConfig, HallConfigSchema } from '../schema/hall-config.ts';
import { parseDocument } from './parse-document.ts';

/**
 * Reads a Hall configuration (section 4.3). Absent members stay absent; the router supplies their defaults.
 *
 * @example
 * import { parseHallConfig } from '@wcp/spec';
 *
 * parseHallConfig({ require_signatory: true, allowed_tenants: ['tenant-a'] }).ok; // true
 */
export function parseHallConfig(value: unknown): Parsed<HallConfig> {
  return parseDocument<HallConfig>(HallConfigSchema, value);
}
