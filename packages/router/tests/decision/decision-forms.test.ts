// The outcome of a decision determines its form. The types of @wcp/spec rely on that; these tests check it in the
// decisions of the conformance fixtures and of generated worlds.
import { readdirSync, readFileSync } from 'node:fs';
import type { DecisionMembers } from '@wcp/spec/document';
import { RouteDecisionSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { compileWorld, decide } from '../../src/index.ts';
import { generated } from '../generated.ts';

type Name = keyof DecisionMembers;

const SET_BY_THE_STEPS: readonly Name[] = [
  'decision_id',
  'timestamp',
  'decided_at',
  'correlation_id',
  'tenant_id',
  'capability_id',
  'env',
  'data_label',
  'tenant_risk',
  'qos_class',
  'escalation_effective',
  'preconditions_checked',
  'blast_score',
  'blast_gate_passed',
  'artifact_hash',
];
const WORKER: readonly Name[] = ['worker_id', 'selected_worker_species_id'];
const DENIAL: readonly Name[] = ['deny_code', 'deny_reason_if_denied'];
const SUPERVISION: readonly Name[] = ['supervisor_level', 'escalation_context'];
const PENDING: readonly Name[] = ['pending_approval_id', 'approval_expires_at'];

interface Form {
  readonly filled: readonly Name[];
  readonly empty: readonly Name[];
}

/** The members that each form fills and leaves null, as the types of @wcp/spec state them. */
function formOf({ outcome, dry_run }: DecisionMembers): Form {
  if (outcome === 'DISPATCH')
    return { filled: [...SET_BY_THE_STEPS, ...WORKER], empty: [...DENIAL, ...PENDING] };
  if (outcome === 'DENY') return { filled: DENIAL, empty: [...WORKER, ...SUPERVISION, ...PENDING] };
  const pending = dry_run ? { filled: [], empty: PENDING } : { filled: PENDING, empty: [] };
  return {
    filled: [...SET_BY_THE_STEPS, ...SUPERVISION, ...pending.filled],
    empty: [...WORKER, ...DENIAL, ...pending.empty],
  };
}

const validator = Compile(RouteDecisionSchema);

function expectForm(decision: DecisionMembers, origin: string): void {
  const { filled, empty } = formOf(decision);
  expect(validator.Check(decision), origin).toBe(true);
  expect(
    filled.filter((name) => decision[name] === null),
    origin,
  ).toEqual([]);
  expect(
    empty.filter((name) => decision[name] !== null),
    origin,
  ).toEqual([]);
  expect(decision.denied, origin).toBe(decision.outcome === 'DENY');
  expect(decision.deny_reason_if_denied?.code ?? null, origin).toBe(decision.deny_code);
  if (decision.outcome !== 'DISPATCH')
    expect(decision.supervisor_required, origin).toBe(decision.outcome === 'STEWARD_HOLD');
}

interface Group {
  readonly given?: Readonly<Record<string, unknown>>;
  readonly tests: readonly { readonly id: string; readonly op: string; readonly input: unknown }[];
}

const FIXTURES = new URL('../../../spec/conformance/0.2/', import.meta.url);
const groups = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file): unknown => JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')))
  .flatMap((content) => (Array.isArray(content) ? (content as readonly Group[]) : []));

test('Every decision of the conformance fixtures satisfies the JSON Schema and the form of its outcome.', () => {
  const outcomes = new Map<string, number>();
  for (const { given = {}, tests } of groups) {
    const { rules, workers, config, catalog_version: catalogVersion, facts } = given;
    const world = compileWorld({ rules, workers, config, catalogVersion });
    for (const { id, op, input } of tests) {
      if (op !== 'decide') continue;
      const decision = decide(world, facts, input);
      expectForm(decision, id);
      outcomes.set(decision.outcome, (outcomes.get(decision.outcome) ?? 0) + 1);
    }
  }
  for (const outcome of ['DISPATCH', 'DENY', 'STEWARD_HOLD'])
    expect(outcomes.get(outcome)).toBeGreaterThan(20);
});

test('Every decision of a generated world satisfies the JSON Schema and the form of its outcome.', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const { documents, facts, input } = generated(seed);
    expectForm(decide(compileWorld(documents), facts, input), `seed ${seed}`);
  }
});
