import { decide, type World } from '@wcp/router';
import type { RouteDecision, Rules } from '@wcp/spec';
import { type Verdict, verdictOf } from '../replay/flip.ts';
import { boxesOf, CELLS, type Cell, type CellBox, cellIndex } from './cells.ts';
import type { RuleCase } from './rule-cases.ts';
import { namedCapabilities, reachedRules, takingRule } from './rule-match.ts';

/** A member of a decision that is not what its case expects. */
export interface Difference {
  readonly member: keyof Verdict;
  readonly expected: string | null;
  readonly actual: string | null;
}

/** How a case came out. */
export interface CaseResult {
  readonly name: string;
  readonly path: string;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  readonly decision: RouteDecision;
}

/** Decides every case in a world. */
export function runCases(world: World, cases: readonly RuleCase[]): CaseResult[] {
  return cases.map(({ name, path, input, facts, expected }) => {
    const decision = decide(world, facts, input);
    const actual = verdictOf(decision);
    const members = Object.keys(expected) as (keyof Verdict)[];
    const differences = members
      .filter((member) => expected[member] !== actual[member])
      .map((member) => ({ member, expected: expected[member] ?? null, actual: actual[member] }));
    return { name, path, passed: differences.length === 0, differences, decision };
  });
}

/** Which cells of a capability some case covers. */
interface CapabilityCoverage {
  readonly capability_id: string;
  readonly covered: number;
  readonly uncovered: readonly CellBox[];
}

/** What the cases of some rules leave out. */
export interface Coverage {
  readonly cells: number;
  /** Cells that cases for any capability cover. */
  readonly covered: number;
  /** Those that the rules name and those that reached the rules, in alphabetical order. */
  readonly capabilities: readonly CapabilityCoverage[];
  /** Rules that no case matches. */
  readonly unmatched_rules: readonly string[];
}

/** Which of the 144 cells cases cover: those in which a request came as far as the rules, with what then counted. */
export function coverageOf(rules: Rules, results: readonly CaseResult[]): Coverage {
  const reached = results.map(({ decision }) => decision).filter(reachedRules);
  const cells = new Map<string, Set<number>>(namedCapabilities(rules).map((id) => [id, new Set()]));
  for (const decision of reached) {
    const id = decision.capability_id as string;
    cells.set(id, (cells.get(id) ?? new Set()).add(cellIndex(decision as Cell)));
  }
  const matched = new Set(reached.map(takingRule));
  return {
    cells: CELLS.length,
    covered: new Set([...cells.values()].flatMap((set) => [...set])).size,
    capabilities: [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, set]) => coverageIn(id, set)),
    unmatched_rules: rules.map(({ rule_id }) => rule_id).filter((id) => !matched.has(id)),
  };
}

function coverageIn(capability_id: string, covered: ReadonlySet<number>): CapabilityCoverage {
  const uncovered = CELLS.map((_, index) => index).filter((index) => !covered.has(index));
  return { capability_id, covered: covered.size, uncovered: boxesOf(uncovered) };
}
