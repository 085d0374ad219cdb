import type { Finding, Parsed } from '../../base/finding.ts';
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
  return parseDocument<HallConfig>(HallConfigSchema, value, checkBudgets);
}

/** A budget is known by its id, so that two of one id would share what was spent. */
function checkBudgets(config: HallConfig): Finding[] {
  const seen = new Set<string>();
  return (config['x.budgets'] ?? []).flatMap(({ budget_id }, index) => {
    if (!seen.has(budget_id)) {
      seen.add(budget_id);
      return [];
    }
    const path = `/x.budgets/${index}/budget_id`;
    return [{ path, code: 'INVALID_VALUE', message: 'Expected an id that no budget before has.' }];
  });
}
