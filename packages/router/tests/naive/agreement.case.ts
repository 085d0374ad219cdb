import { catalog } from '@wcp/spec/catalog';
import { expect, test } from 'vitest';
import { analyzeRules, compileWorld, decide } from '../../src/index.ts';
import { generateCase } from './generate.ts';
import { type CatalogProfiles, type Documents, naiveDeadRules, naiveDecide } from './model.ts';

/** `WCP_SEED=<n>` repeats a run; without it every run looks somewhere else. */
const SEED = Number(process.env['WCP_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const BATCHES = 8;

const profiles: CatalogProfiles = Object.fromEntries(
  catalog.entities
    .filter(({ type }) => type === 'profile')
    .map(({ id, controls_required }) => [id, [...(controls_required ?? [])]]),
);

/** How many generated worlds and sets of rules the engine and the model are compared in. */
export interface Extent {
  readonly worlds: number;
  readonly ruleSets: number;
}

/** Holds the engine to the naive model. */
export function testAgreement({ worlds, ruleSets }: Extent): void {
  console.log(`agreement: ${worlds} worlds from seed ${SEED} (repeat with WCP_SEED=${SEED})`);

  test.each(Array.from({ length: BATCHES }, (_, batch) => batch))(
    'The engine agrees with the naive model of section 5, member by member (batch %i).',
    (batch) => {
      const size = worlds / BATCHES;
      for (let seed = SEED + batch * size; seed < SEED + (batch + 1) * size; seed += 1) compare(seed);
    },
    600_000,
  );

  test('The function analyzeRules finds the dead rules that brute force over the cells finds.', () => {
    expect(deadRulesIn(ruleSets)).toBeGreaterThan(ruleSets / 60);
  }, 600_000);
}

function compare(seed: number): void {
  const { documents, facts, input } = generateCase(seed, profiles);
  const world = compileWorld(worldDocuments(documents));
  const decision = decide(world, facts, input);
  const expected = naiveDecide(documents, facts, input, profiles);
  expect(withoutMessages(decision), `seed ${seed}`).toEqual(expected);
}

function worldDocuments(documents: Documents): object {
  const { catalog_version: catalogVersion, ...rest } = documents;
  return Object.hasOwn(documents, 'catalog_version') ? { ...rest, catalogVersion } : rest;
}

/** Messages are for people; the model writes none. */
function withoutMessages(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMessages);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === 'message' ? '' : withoutMessages(member)]),
  );
}

/** Compares what is found in so many sets of rules; how many dead rules there were. */
function deadRulesIn(ruleSets: number): number {
  let dead = 0;
  for (let seed = SEED; seed < SEED + ruleSets; seed += 1) {
    const { documents } = generateCase(seed, profiles);
    const expected = naiveDeadRules(documents.rules);
    const found = analyzed(documents.rules);
    if (found === null) continue;
    expect(found, `seed ${seed}`).toEqual(expected);
    dead += found.length;
  }
  return dead;
}

function analyzed(rules: unknown): { rule_id: string; covered_by: readonly string[] }[] | null {
  try {
    return analyzeRules(rules).map(({ rule_id, covered_by }) => ({ rule_id, covered_by }));
  } catch {
    return null;
  }
}
