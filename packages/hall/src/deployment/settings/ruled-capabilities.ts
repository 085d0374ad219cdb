import { parseRules } from '@wcp/spec';
import { LAYOUT } from '../layout.ts';
import { readJsonFile } from './json-file.ts';

/**
 * The capabilities that the rules of a folder name: a policy about another one would wait for a request that never comes.
 * Null where the rules are broken, which is said elsewhere.
 */
export async function ruledCapabilities(dir: string): Promise<readonly string[] | null> {
  const file = await readJsonFile(dir, LAYOUT.rules);
  if (!file.ok) return file.isAbsent ? [] : null;
  const parsed = parseRules(file.value);
  return parsed.ok ? parsed.value.flatMap(({ match }) => namedBy(match?.capability_id)) : null;
}

/** A condition is a value, `{eq}`, `{in}` or `{any: true}`. */
function namedBy(condition: unknown): string[] {
  if (typeof condition === 'string') return [condition];
  const { eq, in: several } = Object(condition);
  return [eq, ...(Array.isArray(several) ? several : [])].filter((id) => typeof id === 'string');
}
