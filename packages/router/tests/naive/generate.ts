// Worlds, facts and inputs from a seed, biased so that every step is reached often.
import { keyFor } from './budgets.ts';
import { brokenDocuments, generateConfig } from './generate-config.ts';
import { generateFacts } from './generate-facts.ts';
import { generateInput, generateTarget } from './generate-input.ts';
import { generateRules } from './generate-rules.ts';
import { generateWorkers } from './generate-workers.ts';
import type { RouteInput } from './input.ts';
import { isObject, type Obj, own } from './json.ts';
import { type CatalogProfiles, type Documents, naiveDecide } from './model.ts';
import { decisionDigest } from './outcome.ts';
import { CATALOG_PROFILES, HASHES } from './pools.ts';
import { makeRng, type Rng } from './prng.ts';

export { CATALOG_PROFILES } from './pools.ts';

interface Evaluation {
  readonly documents: Documents;
  readonly facts: unknown;
  readonly input: unknown;
}

/**
 * The case of a seed. Of catalog profiles it uses only those of `CATALOG_PROFILES`; a fitting approval is
 * computed under `profiles`.
 */
export function generateCase(seed: number, profiles: CatalogProfiles = CATALOG_PROFILES): Evaluation {
  const rng = makeRng(seed);
  const target = generateTarget(rng);
  const workers = generateWorkers(rng, target);
  const whole: Documents = {
    rules: generateRules(rng, target),
    workers,
    ...rng.maybe(0.8, 'config', () => generateConfig(rng, target, workers)),
    ...rng.maybe(0.5, 'catalog_version', () => rng.pick(['1.0.0', '1.1.0', 'wcp-catalog@1.10.0'])),
  };
  const documents = rng.chance(0.03) ? brokenDocuments(rng, whole) : whole;
  const input = generateInput(rng, target, own(whole.config, 'policy_version') ?? 'policy.v0');
  const facts = withSpent(rng, documents, generateFacts(rng, target, workers), target);
  return { documents, input, facts: withApproval(rng, { documents, facts, input }, profiles) };
}

/** Mostly amounts under the keys that the budgets have for this request, whichever worker is selected. */
function withSpent(rng: Rng, documents: Documents, facts: Obj, target: RouteInput): Obj {
  const budgets = own(documents.config, 'x.budgets');
  if (!Array.isArray(budgets)) return facts;
  const workers = (Array.isArray(documents.workers) ? documents.workers : []) as unknown[];
  const amounts = budgets.filter(isObject).map((budget) => {
    const keys = workers.flatMap((record) => {
      const subject = { ...target, worker_id: String(own(record, 'worker_id')) };
      return keyFor(budget, String(facts['now']), subject) ?? [];
    });
    const spent = rng.pick([0, 0, 0, 1, 4, 29, 1000, Number.MAX_SAFE_INTEGER]);
    return [budget['budget_id'], Object.fromEntries(keys.map((key) => [key, spent]))] as const;
  });
  const given = rng.chance(0.93) ? amounts : amounts.slice(1);
  return { ...facts, ...rng.maybe(0.97, 'x.spent', () => Object.fromEntries(given)) };
}

/** Now and then an approval: for this very decision where it is a hold, or a stray one. */
function withApproval(rng: Rng, { documents, facts, input }: Evaluation, profiles: CatalogProfiles): unknown {
  if (rng.chance(0.003)) return rng.pick([null, [], 'facts', { policy: true }]);
  if (!isObject(facts) || !rng.chance(0.25)) return facts;
  const decision = naiveDecide(documents, facts, input, profiles);
  if (decision['outcome'] !== 'STEWARD_HOLD')
    return rng.chance(0.1) ? approved(rng, facts, HASHES[0]) : facts;
  const digest = rng.chance(0.85) ? decisionDigest(input, decision) : rng.pick(HASHES);
  return approved(rng, facts, rng.chance(0.2) ? digest?.replace('sha256:', '') : digest);
}

const approved = (rng: Rng, facts: object, decision_digest: unknown): unknown => ({
  ...facts,
  approval: {
    id: rng.pick(['approval-1', '']),
    level: rng.pick(['gatekeeper', 'gatekeeper', 'executor', 'incident_commander', 'advisory']),
    resolver: rng.pick(['steward@example.org', 'steward@example.org', 'steward@example.org', 'tenant-a', '']),
    decision_digest,
  },
});
