/** One difference between two definitions, for a steward. */
export interface ToolDifference {
  /** Where: a JSON Pointer, empty for the whole. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** As JSON, cut; null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
}

const MAX_TEXT = 500;
const MAX_DIFFERENCES = 200;
const MAX_DEPTH = 64;

/**
 * How a definition differs from the enrolled one, member by member. The texts are an attacker's: they are JSON, so that
 * no control character is in them, and whoever prints them escapes the rest.
 *
 * @example
 * import { toolDifferences } from '@wcp/mcp';
 *
 * console.log(toolDifferences({ name: 'a' }, { name: 'b' })); // [{ path: '/name', kind: 'changed', … }]
 */
export function toolDifferences(before: unknown, after: unknown): ToolDifference[] {
  const differences: ToolDifference[] = [];
  compare(before, after, '', differences, 0);
  return differences.slice(0, MAX_DIFFERENCES);
}

function compare(
  before: unknown,
  after: unknown,
  path: string,
  differences: ToolDifference[],
  depth: number,
): void {
  if (differences.length >= MAX_DIFFERENCES) return;
  if (
    isObject(before) &&
    isObject(after) &&
    depth < MAX_DEPTH &&
    Array.isArray(before) === Array.isArray(after)
  ) {
    for (const name of namesOf(before, after)) {
      compare(
        ownOf(before, name),
        ownOf(after, name),
        `${path}/${escapedName(name)}`,
        differences,
        depth + 1,
      );
    }
    return;
  }
  const [from, to] = [textOf(before), textOf(after)];
  if (from.whole === to.whole) return;
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  differences.push({ path, kind, before: from.shown, after: to.shown });
}

function namesOf(before: object, after: object): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function ownOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function textOf(value: unknown): { readonly whole: string | undefined; readonly shown: string | null } {
  const whole = JSON.stringify(value) as string | undefined;
  if (whole === undefined) return { whole, shown: null };
  return { whole, shown: whole.length > MAX_TEXT ? `${whole.slice(0, MAX_TEXT)}…` : whole };
}

function escapedName(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
