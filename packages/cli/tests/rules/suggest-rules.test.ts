import { compileWorld, decide } from '@wcp/router';
import type { RouteDecision, Rules } from '@wcp/spec';
import { ENVS } from '@wcp/spec/document';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CELLS, type Cell, cellIndex } from '../../src/rules/cells.ts';
import { type SuggestSettings, suggestRules } from '../../src/rules/suggest-rules.ts';
import { anyRules, anyTraffic } from '../support/any-rules.ts';
import { Recorded, WORKERS } from '../support/recorded.ts';
import { REQUEST } from '../support/support.ts';

const ALL: SuggestSettings = { since: null, limit: Number.POSITIVE_INFINITY, inForce: undefined };
const FACTS = { now: '2026-01-01T00:00:00.000Z', decision_id: '00000000-0000-4000-8000-000000000000' };
const FLOORS = {
  blast: { max_score: { dev: 25, stage: 15, prod: 6, edge: 6 } },
  tenant_floors: { 'tenant-b': { environments: [...ENVS], data_label: 'INTERNAL', qos_class: 'P2' } },
} as const;

/** What may be known when a request is decided: workers come and go, are banned, and the gate has its own mind. */
const anyFacts = fc.record({
  workers: fc.dictionary(
    fc.constantFrom(...WORKERS.map(({ worker_id }) => worker_id)),
    fc.record({ available: fc.boolean() }),
  ),
  policy: fc.record({
    decision: fc.constantFrom('ALLOW', 'DENY', 'REQUIRE_HUMAN'),
    policy_version: fc.constant('gate.1'),
    reason: fc.constant('because'),
  }),
  frozen: fc.constantFrom(null, null, null, { scope: 'hall', reason: 'stop' }),
});

const key = (capability: unknown, tenant: unknown, cell: Cell) =>
  `${capability} ${tenant} ${cellIndex(cell)}`;

/** The kinds of request that were allowed or held. */
function seenIn(decisions: readonly RouteDecision[]): Set<string> {
  const live = decisions.filter(({ outcome }) => outcome !== 'DENY');
  return new Set(live.map((each) => key(each.capability_id, each.tenant_id, each as Cell)));
}

function worldOf(rules: Rules) {
  return compileWorld({ rules, workers: WORKERS, catalogVersion: '9.0.0' });
}

/** Kinds of request, of those that these rules take. */
function takenBy(rules: Rules): Set<string> {
  const world = worldOf(rules);
  const taken = new Set<string>();
  for (const capability_id of ['cap.doc.summarize', 'cap.doc.hash', 'cap.web.fetch']) {
    for (const tenant_id of ['tenant-a', 'tenant-b', 'tenant-c', 'tenant-x']) {
      for (const cell of CELLS) {
        const input = { ...cell, capability_id, tenant_id, correlation_id: 'c', request: {} };
        const { deny_code } = decide(world, FACTS, input);
        if (deny_code !== 'DENY_NO_MATCHING_RULE') taken.add(key(capability_id, tenant_id, cell));
      }
    }
  }
  return taken;
}

test('Whatever was decided under some rules comes out alike under those suggested, and a request of another kind is denied.', async () => {
  const requests = anyTraffic.chain((inputs) =>
    fc.tuple(
      ...inputs.map((input) =>
        fc.record({ input: fc.constant({ ...input, request: {} }), facts: anyFacts, approved: fc.boolean() }),
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(anyRules, fc.constantFrom({}, FLOORS), requests, async (rules, config, traffic) => {
      const recorded = new Recorded();
      const decisions = recorded.decide({ rules, config }, traffic);
      const suggestion = await suggestRules(recorded, ALL);
      const least = suggestion.rules.map(({ rule }) => rule);
      expect(suggestion).toMatchObject({ unused: {}, conflicts: [], decisions: decisions.length });
      expect(suggestion.traffic).toMatchObject({ flips: 0, decisions: decisions.length });
      expect(worldOf(least).diagnostics.filter(({ level }) => level === 'error')).toEqual([]);
      expect(takenBy(least)).toEqual(seenIn(decisions));
      const looser = suggestion.changes?.filter(({ kind }) => /newly_allowed|no_longer_held/.test(kind));
      expect(looser).toEqual([]);
      expect(await suggestRules(recorded, ALL)).toEqual(suggestion);
    }),
    { numRuns: Number(process.env['WCP_RUNS'] ?? 25) },
  );
});

const candidates = (...species: string[]) => ({
  candidate_workers_ranked: species.map((worker_species_id) => ({ worker_species_id })),
});
const rule = (rule_id: string, match: object, decision: object = candidates('wrk.doc.summarizer')) => ({
  rule_id,
  match,
  decision,
});
const HUMAN = { ...candidates('wrk.doc.summarizer'), escalation: { human_required_default: true } };
const OPEN = [rule('open', {})];
const ask = (change: object = {}, more: object = {}) => ({ input: { ...REQUEST, ...change }, ...more });

async function suggested(recorded: Recorded, settings: Partial<SuggestSettings> = {}) {
  const suggestion = await suggestRules(recorded, { ...ALL, ...settings });
  return { ...suggestion, written: suggestion.rules.map(({ rule: each }) => each) };
}

test('Of very many tenants, hardly two of whom are alike, each keeps exactly what it was seen to ask for.', async () => {
  const recorded = new Recorded();
  const kinds = Array.from({ length: 800 }, (_, index) => {
    const random = Math.imul(index + 1, 2_654_435_761) >>> 0;
    return ask({ tenant_id: `tenant-${random % 120}`, ...CELLS[(random >>> 9) % CELLS.length] });
  });
  const decisions = recorded.decide({ rules: OPEN }, kinds);
  const { rules, written, traffic, unused, changes } = await suggested(recorded);
  const allowed = decisions.filter(({ outcome }) => outcome === 'DISPATCH').length;
  expect(allowed).toBeGreaterThan(500);
  expect(rules.reduce((sum, { dispatched }) => sum + dispatched, 0)).toBe(allowed);
  expect([unused, traffic.flips]).toEqual([{}, 0]);
  const world = worldOf(written);
  const seen = seenIn(decisions);
  const taken = new Set<string>();
  for (const tenant_id of ['tenant-0', 'tenant-1', 'tenant-119', 'tenant-x'])
    for (const cell of CELLS) {
      const { deny_code } = decide(world, FACTS, { ...REQUEST, ...cell, tenant_id });
      if (deny_code !== 'DENY_NO_MATCHING_RULE') taken.add(key(REQUEST.capability_id, tenant_id, cell));
    }
  const expected = [...seen].filter((each) => / tenant-(?:0|1|119|x) /.test(each));
  expect([...taken].toSorted()).toEqual(expected.toSorted());
  expect(changes?.filter(({ kind }) => kind !== 'newly_denied')).toEqual([]);
});

describe('suggested rules', () => {
  it('name every value that was seen, and join kinds of request only where nothing is added', async () => {
    const recorded = new Recorded();
    const seen = [
      ['dev', 'P1'],
      ['dev', 'P2'],
      ['prod', 'P1'],
      ['prod', 'P2'],
      ['stage', 'P3'],
    ] as const;
    for (const tenant_id of ['tenant-a', 'tenant-b'])
      recorded.decide(
        { rules: OPEN },
        seen.map(([env, qos_class]) => ask({ env, qos_class, tenant_id })),
      );
    const { written } = await suggested(recorded);
    expect(written.map(({ match }) => match)).toEqual([
      {
        capability_id: 'cap.doc.summarize',
        env: { in: ['dev', 'prod'] },
        data_label: 'INTERNAL',
        tenant_risk: 'low',
        qos_class: { in: ['P1', 'P2'] },
        tenant_id: { in: ['tenant-a', 'tenant-b'] },
      },
      expect.objectContaining({ env: 'stage', qos_class: 'P3' }),
    ]);
    expect(written.map(({ rule_id }) => rule_id)).toEqual([
      'learned.cap.doc.summarize.1',
      'learned.cap.doc.summarize.2',
    ]);
  });

  it('offer the species and authorities alone whose workers were selected', async () => {
    const recorded = new Recorded();
    const away = { workers: { 'org.acme.summarizer.one': { available: false } } };
    recorded.decide({ rules: [rule('open', {}, candidates('wrk.doc.summarizer', 'wrk.doc.other'))] }, [
      ask({}, { facts: away }),
    ]);
    const { written } = await suggested(recorded);
    expect(written[0]?.decision.candidate_workers_ranked).toEqual([
      { worker_species_id: 'wrk.doc.summarizer', authorities: ['org.zen'] },
    ]);
  });

  it('keep the candidate whose worker was refused, so that no other one takes its place', async () => {
    const recorded = new Recorded();
    const rules = [rule('open', {}, candidates('wrk.doc.other', 'wrk.doc.summarizer'))];
    const away = { workers: { 'org.acme.other.one': { available: false } } };
    const tooMuch = { blast_score: 90 };
    const config = { blast: { on_exceeded: 'deny' } };
    const decisions = recorded.decide({ rules, config }, [ask({}, { facts: away }), ask(tooMuch)]);
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['DISPATCH', 'DENY']);
    const { written, traffic } = await suggested(recorded);
    expect(written[0]?.decision.candidate_workers_ranked.map((each) => each.worker_species_id)).toEqual([
      'wrk.doc.other',
      'wrk.doc.summarizer',
    ]);
    expect(traffic.flips).toBe(0);
  });

  it('hold what was once held, and say where it was decided in two ways', async () => {
    const recorded = new Recorded();
    recorded.decide({ rules: [rule('held', {}, HUMAN)] }, [ask()]);
    recorded.decide({ rules: OPEN }, [ask(), ask({ env: 'prod' })]);
    const { written, conflicts, traffic } = await suggested(recorded);
    expect(written.map(({ decision }) => decision.escalation)).toEqual([HUMAN.escalation, undefined]);
    expect(conflicts).toEqual([
      expect.objectContaining({ taken: ['held'], left: ['open'], tenant_id: 'tenant-a' }),
    ]);
    expect(traffic.by_kind).toEqual({ allow_to_hold: 1 });
  });

  it('leave out what was allowed once and is denied by now, because no rule takes it or another rule denies it', async () => {
    const recorded = new Recorded();
    const gated = rule(
      'gated',
      { env: 'prod' },
      {
        ...candidates('wrk.doc.summarizer'),
        escalation: { policy_gate: true },
      },
    );
    const policy = { decision: 'DENY', policy_version: 'gate.1', reason: 'no' };
    recorded.decide({ rules: [rule('held', { env: 'edge' }, HUMAN)] }, [ask({ env: 'edge' })]);
    recorded.decide({ rules: OPEN }, [ask(), ask({ env: 'prod' }), ask({ env: 'stage' })]);
    recorded.decide({ rules: [gated, rule('stage', { env: 'stage' })] }, [
      ask(),
      ask({ env: 'prod' }, { facts: { policy } }),
      ask({ env: 'stage' }),
      ask({ env: 'edge' }),
    ]);
    const { written, conflicts, traffic } = await suggested(recorded);
    expect(written.map(({ match }) => match.env)).toEqual(['stage']);
    expect(conflicts.map(({ cell, taken, left }) => [cell.env, taken, left])).toEqual([
      ['dev', [], ['open']],
      ['prod', ['gated'], ['open']],
      ['edge', [], ['held']],
    ]);
    expect(traffic.by_kind).toEqual({ allow_to_deny: 2, hold_to_deny: 1 });
  });

  it('allow again what was denied for a while and is allowed by now', async () => {
    const recorded = new Recorded();
    recorded.decide({ rules: [rule('prod', { env: 'prod' })] }, [ask()]);
    recorded.decide({ rules: OPEN }, [ask()]);
    const { written, conflicts } = await suggested(recorded);
    expect(written.map(({ match }) => match.env)).toEqual(['dev']);
    expect(conflicts).toEqual([]);
  });

  it('take what was decided last where nothing was held', async () => {
    const recorded = new Recorded();
    const other = rule('other', {}, candidates('wrk.doc.other'));
    recorded.decide({ rules: OPEN }, [ask()]);
    recorded.decide({ rules: [other] }, [ask()]);
    const { written, conflicts } = await suggested(recorded);
    expect(written[0]?.decision.candidate_workers_ranked[0]?.worker_species_id).toBe('wrk.doc.other');
    expect(conflicts).toMatchObject([{ taken: ['other'], left: ['open'] }]);
  });

  it('show what rules in force would lose, and what would be allowed that they deny', async () => {
    const recorded = new Recorded();
    recorded.decide({ rules: OPEN }, [ask(), ask({ env: 'prod' })]);
    const inForce = [rule('dev-only', { env: 'dev' }), rule('stage-held', { env: 'stage' }, HUMAN)] as Rules;
    const { changes } = await suggested(recorded, { inForce });
    const short = changes?.map(({ kind, capability_id, tenants, cells }) => [
      kind,
      capability_id,
      tenants,
      cells,
    ]);
    expect(short).toEqual([
      ['newly_denied', 'cap.doc.summarize', ['tenant-a'], 35],
      ['newly_denied', 'cap.doc.summarize', ['tenant-a'], 36],
      ['newly_allowed', 'cap.doc.summarize', ['tenant-a'], 1],
      ['newly_denied', 'cap.doc.summarize', null, 36],
      ['newly_denied', 'cap.doc.summarize', null, 36],
      ['newly_denied', null, null, 36],
      ['newly_denied', null, null, 36],
    ]);
    const held = await suggested(recorded, { inForce: [rule('all', {}, HUMAN)] as Rules });
    expect(held.changes?.[0]).toMatchObject({ kind: 'newly_denied' });
    expect(held.changes).toContainEqual(expect.objectContaining({ kind: 'no_longer_held', cells: 2 }));
  });

  it('are not fooled by a rule that is called as no rule is', async () => {
    const recorded = new Recorded();
    recorded.decide({ rules: [rule('NO_MATCH', { env: 'prod' })] }, [ask(), ask({ env: 'prod' })]);
    const { written, changes } = await suggested(recorded);
    expect(written.map(({ match }) => match.env)).toEqual(['prod']);
    expect(changes?.every(({ kind, cells }) => kind === 'newly_denied' && cells <= 36)).toBe(true);
  });
});

describe('a record that does not bear out its decision', () => {
  const denied = rule('never', { env: 'edge' });

  it('teaches nothing: a denial that was turned into a dispatch is not believed', async () => {
    const recorded = new Recorded();
    const [real] = new Recorded().decide({ rules: OPEN }, [ask()]);
    recorded.decide({ rules: [denied] }, [ask()]);
    recorded.forge((each) => ({
      ...each,
      decision: { ...(real as RouteDecision), world_digest: each.decision.world_digest },
    }));
    const { written, unused } = await suggested(recorded);
    expect({ written, unused }).toEqual({ written: [], unused: { RECORD_CHANGED: 1 } });
  });

  it.each([
    ['RECEIPT_MISSING', (recorded: Recorded) => recorded.forge((each) => ({ ...each, receipt: undefined }))],
    [
      'FACTS_CHANGED',
      (recorded: Recorded) =>
        recorded.forge((each) => ({ ...each, facts: { ...each.facts, banned_hashes: [] } })),
    ],
    ['WORLD_MISSING', (recorded: Recorded) => recorded.loseWorlds()],
  ])('teaches nothing: %s', async (code, spoil) => {
    const recorded = new Recorded();
    recorded.decide({ rules: OPEN }, [ask()]);
    spoil(recorded);
    const { written, unused, changes } = await suggested(recorded);
    expect({ written, unused }).toEqual({ written: [], unused: { [code]: 1 } });
    expect(changes).toBeNull();
  });
});
