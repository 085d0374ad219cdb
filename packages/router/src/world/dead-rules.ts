import { type Diagnostic, parseRules, type Rule, WcpError } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import { ANYTHING, CELLS, type Extent, RuleTable } from './rule-table.ts';

/** A rule that can never match, and the earlier rules that take its inputs (section 13, "Dead rules"). */
export interface RuleFinding {
  readonly code: 'RULE_DEAD';
  readonly rule_id: string;
  /** The rule's position in its document, from 0. */
  readonly position: number;
  /** Ids of the earlier rules that take some of its inputs first, in their order. */
  readonly covered_by: readonly string[];
}

/**
 * Finds the rules that can never match, exactly (section 4.1, R5): a rule is dead when the earlier
 * rules together take every input it could match. A rule that loses only a part of them is not a finding.
 *
 * @param rules a rules document
 * @throws {WcpError} `ERR_WCP_DOCUMENT` where the document has errors
 * @example
 * import { analyzeRules } from '@wcp/router';
 *
 * const decision = { candidate_workers_ranked: [] };
 * const rules = [
 *   { rule_id: 'catch-all', match: {}, decision },
 *   { rule_id: 'never', match: { env: 'prod' }, decision },
 * ];
 * analyzeRules(rules); // [{ code: 'RULE_DEAD', rule_id: 'never', position: 1, covered_by: ['catch-all'] }]
 */
export function analyzeRules(rules: unknown): RuleFinding[] {
  const parsed = parseRules(rules);
  if (parsed.ok) return findDeadRules(parsed.value, buildTable(parsed.value));
  const places = parsed.findings.map(({ path, message }) => `${escapeText(path)}: ${message}`).join('\n');
  throw new WcpError('ERR_WCP_DOCUMENT', `The rules have errors.\n${places}`);
}

/** The lookup table of rules in their order. */
export function buildTable(rules: readonly Rule[]): RuleTable {
  const table = new RuleTable();
  for (const { match } of rules) table.enter(match);
  return table;
}

/**
 * {@link analyzeRules} on parsed rules and their table. A rule that names no capability (or tenant)
 * also matches one that no rule names, and there the fewest earlier rules compete: it is alive
 * exactly when it is alive there.
 */
export function findDeadRules(rules: readonly Rule[], table: RuleTable): RuleFinding[] {
  const dead: [number, Extent][] = [];
  for (const [position, extent] of table.extents.entries()) {
    if (!isAlive(position, extent, table)) dead.push([position, extent]);
  }
  const cover = new Cover(table);
  return dead.map(([position, extent]) => ({
    code: 'RULE_DEAD',
    rule_id: (rules[position] as Rule).rule_id,
    position,
    covered_by: cover.of(extent).map((winner) => (rules[winner] as Rule).rule_id),
  }));
}

function isAlive(position: number, extent: Extent, table: RuleTable): boolean {
  for (const capability of extent.capabilities ?? ANYTHING) {
    for (const tenant of extent.tenants ?? ANYTHING) {
      for (const cell of extent.cells) if (table.first(capability, tenant, cell) === position) return true;
    }
  }
  return false;
}

/**
 * Which rules are first somewhere in a dead rule's extent. A rule that wins anywhere also wins at the
 * very pair of capability and tenant that it names, so those pairs are all that need a look.
 */
class Cover {
  readonly #table: RuleTable;
  #everywhere: readonly ReadonlySet<number>[] | null = null;

  constructor(table: RuleTable) {
    this.#table = table;
  }

  /** Positions of the covering rules, in their order. */
  of(extent: Extent): number[] {
    const { capabilities, tenants, cells } = extent;
    const cover = new Set<number>();
    if (capabilities === null && tenants === null) {
      for (const cell of cells)
        for (const position of this.#winners()[cell] as Set<number>) cover.add(position);
    } else {
      for (const capability of capabilities ?? this.#table.capabilities()) {
        for (const tenant of tenants ?? this.#table.tenants(capability)) {
          for (const cell of cells) cover.add(this.#table.first(capability, tenant, cell));
        }
      }
    }
    return [...cover].sort((a, b) => a - b);
  }

  /** For each cell every rule that is first there for some capability and tenant. */
  #winners(): readonly ReadonlySet<number>[] {
    if (this.#everywhere === null) {
      const winners = Array.from({ length: CELLS }, () => new Set<number>());
      for (const capability of this.#table.capabilities()) {
        for (const tenant of this.#table.ownTenants(capability)) {
          for (const [cell, set] of winners.entries()) set.add(this.#table.first(capability, tenant, cell));
        }
      }
      this.#everywhere = winners;
    }
    return this.#everywhere;
  }
}

/** A dead rule as the compiler reports it. */
export function deadRuleDiagnostic(finding: RuleFinding): Diagnostic {
  return {
    level: 'error',
    code: finding.code,
    path: `/rules/${finding.position}`,
    message: `Rule "${finding.rule_id}" can never match: ${finding.covered_by.map((id) => `"${id}"`).join(', ')} take every request first.`,
  };
}
