import { CATALOG_VERSION_PATTERN } from './schema/common.ts';

const FORM = new RegExp(CATALOG_VERSION_PATTERN);

/** The catalog version of a Hall that names none (section 13, "Documents"). */
export const DEFAULT_CATALOG_VERSION = '1.0.0';

/**
 * Whether a value is a catalog version, `1.2.3` or `wcp-catalog@1.2.3`.
 *
 * @example
 * import { isCatalogVersion } from '@wcp/spec/document';
 *
 * isCatalogVersion('wcp-catalog@1.1.0'); // true
 * isCatalogVersion('1.1'); // false
 */
export function isCatalogVersion(value: unknown): value is string {
  return typeof value === 'string' && FORM.test(value);
}

/**
 * Whether the Hall's catalog is at least the one that is needed, number by number.
 *
 * @example
 * import { catalogSatisfies } from '@wcp/spec/document';
 *
 * catalogSatisfies('1.10.0', '1.9.0'); // true
 */
export function catalogSatisfies(hall: string, needed: string): boolean {
  const [have, need] = [numbersOf(hall), numbersOf(needed)];
  for (const [index, number] of have.entries()) {
    const wanted = need[index] as number;
    if (number !== wanted) return number > wanted;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return version
    .slice(version.indexOf('@') + 1)
    .split('.')
    .map(Number);
}
