import { compareAreas } from '../fixtures/areas.ts';
import type { ConformanceCase, Fixtures } from '../fixtures/conformance-case.ts';
import type { StatementReport } from './schema/report.ts';

/** The examples that a report names for each statement. */
const MAX_EXAMPLES = 3;

interface Tally {
  readonly id: string;
  cases: number;
  unexpected: number;
  readonly grouped: ConformanceCase[];
}

/**
 * Groups the cases with an unexpected answer by the statement that explains each of them best: of those that a case
 * names, the one whose cases went wrong most completely, so that a fault shows as its own statement and not as the
 * general ones that half of the cases name too. In the order in which a port is built (`docs/porting.md`).
 */
export function groupStatements(
  { statements }: Pick<Fixtures, 'statements'>,
  run: readonly ConformanceCase[],
  unexpected: readonly ConformanceCase[],
): readonly StatementReport[] {
  const tallies = tally(run, unexpected);
  for (const item of unexpected) {
    const [best] = item.requirements
      .map((id) => tallies.get(id))
      .filter((found) => found !== undefined)
      .sort(byExplanation);
    best?.grouped.push(item);
  }
  return [...tallies.values()]
    .filter((found) => found.unexpected > 0)
    .sort((a, b) => compareAreas(areaOf(a), areaOf(b)) || byExplanation(a, b) || (a.id < b.id ? -1 : 1))
    .map(({ id, grouped, cases, unexpected: wrong }) => ({
      id,
      ...(statements[id] ?? { text: null, file: null, heading: null }),
      cases,
      unexpected: wrong,
      grouped: grouped.length,
      examples: grouped.slice(0, MAX_EXAMPLES).map((item) => item.id),
    }));
}

/** The areas' order counts for statements that explain a case; the others come last. */
function areaOf({ grouped: [first] }: Tally): string {
  return first?.area ?? '~';
}

function tally(
  run: readonly ConformanceCase[],
  unexpected: readonly ConformanceCase[],
): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const id of run.flatMap(({ requirements }) => requirements)) {
    const found = tallies.get(id) ?? { id, cases: 0, unexpected: 0, grouped: [] };
    found.cases += 1;
    tallies.set(id, found);
  }
  for (const id of unexpected.flatMap(({ requirements }) => requirements)) {
    const found = tallies.get(id);
    if (found !== undefined) found.unexpected += 1;
  }
  return tallies;
}

/** The greater share of wrong answers first, then the greater number. */
function byExplanation(a: Tally, b: Tally): number {
  return b.unexpected / b.cases - a.unexpected / a.cases || b.unexpected - a.unexpected;
}
