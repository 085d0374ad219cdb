import { BLAST_DIMENSIONS, ENVS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { decideScene, exactly, type Scene, together } from '../support.ts';

const DENYING: Scene = { config: { blast: { on_exceeded: 'deny' } } };
const scoreOf = (scene: Scene): unknown => decideScene(scene).blast_score;
const limits = (max_score: object): Scene => ({ config: { blast: { max_score } } });

test.each([
  ['a record that declares nothing counts 25 (R10)', undefined, 25],
  ['an absent dimension counts 5', {}, 25],
  ['four absent dimensions', { data: 0 }, 20],
  ['all zero', { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 }, 0],
  ['the sum', { data: 1, network: 2, financial: 3, time: 4, reversibility: 5 }, 15],
  ['all five', { data: 5, network: 5, financial: 5, time: 5, reversibility: 5 }, 25],
  ...(
    [
      ['reversible', 0],
      ['partially-reversible', 2],
      ['difficult', 4],
      ['irreversible', 5],
    ] as const
  ).map(
    ([word, points]) =>
      [
        `${word} is ${points}`,
        { data: 0, network: 0, financial: 0, time: 0, reversibility: word },
        points,
      ] as const,
  ),
] as [string, unknown, number][])("a worker's score: %s", (_title, blast_radius, expected) => {
  expect(scoreOf(exactly('blast_radius', blast_radius))).toBe(expected);
});

test('The request can raise the score and never lower it.', () => {
  const worker: Scene = {
    record: { blast_radius: { data: 5, network: 5, financial: 0, time: 0, reversibility: 0 } },
  };
  expect(scoreOf(worker)).toBe(10);
  expect(scoreOf(together(worker, { input: { blast_score: 3 } }))).toBe(10);
  expect(scoreOf(together(worker, { input: { blast_score: 11 } }))).toBe(11);
  expect(scoreOf(together(worker, { input: { blast_radius: { data: 5, network: 4 } } }))).toBe(10);
  const wide = Object.fromEntries(BLAST_DIMENSIONS.map((name) => [name, 3]));
  expect(scoreOf(together(worker, { input: { blast_radius: wide } }))).toBe(15);
  expect(scoreOf(together(worker, { input: { blast_radius: wide, blast_score: 40 } }))).toBe(40);
  expect(scoreOf(together(worker, { input: { blast_radius: {} } }))).toBe(10);
});

test('Blast adds up along a dispatch chain, and the total is at most 100.', () => {
  const chain = (blast_score: number): Scene => ({ facts: { chain: { blast_score, depth: 3 } } });
  expect(scoreOf(chain(0))).toBe(1);
  expect(scoreOf(chain(7))).toBe(8);
  expect(scoreOf(together(chain(7), { input: { blast_score: 20 } }))).toBe(27);
  expect(scoreOf(chain(98))).toBe(99);
  expect(scoreOf(chain(99))).toBe(100);
  expect(scoreOf(chain(100))).toBe(100);
  expect(scoreOf(chain(Number.MAX_SAFE_INTEGER))).toBe(100);
  expect(scoreOf(together(chain(60), { input: { blast_score: 100 } }))).toBe(100);
  expect(scoreOf({ facts: { chain: { depth: 9 } } })).toBe(1);
});

test.each([
  ['dev', 25],
  ['stage', 15],
  ['prod', 10],
  ['edge', 10],
])('The default limit of %s is %i: an equal score passes, a higher one does not.', (env, limit) => {
  const at = (blast_score: number) => decideScene(together(DENYING, { input: { env, blast_score } }));
  expect(at(limit)).toMatchObject({ outcome: 'DISPATCH', blast_gate_passed: true, blast_score: limit });
  expect(at(limit + 1)).toMatchObject({
    deny_code: 'DENY_BLAST_RADIUS_EXCEEDED',
    blast_gate_passed: false,
    blast_score: limit + 1,
    deny_reason_if_denied: { blast_score: limit + 1, limit },
  });
});

test("the limit is the lower of the Hall's and the rule's", () => {
  const limitOf = (...scenes: Scene[]): unknown =>
    decideScene(together(DENYING, { input: { blast_score: 100 } }, ...scenes)).deny_reason_if_denied?.limit;
  const rule = (max_blast_score: unknown): Scene => ({ rule: { decision: { max_blast_score } } });
  expect(limitOf()).toBe(25);
  expect(limitOf(rule(6))).toBe(6);
  expect(limitOf(rule(0))).toBe(0);
  expect(limitOf(rule(99))).toBe(25);
  expect(limitOf(rule({ dev: 7, prod: 1 }))).toBe(7);
  expect(limitOf(rule({ prod: 1 }))).toBe(25);
  expect(limitOf(rule({}))).toBe(25);
  expect(limitOf(limits({ dev: 4 }), rule(9))).toBe(4);
  expect(limitOf(limits({ prod: 4 }), rule(9))).toBe(9);
  expect(limitOf(limits({ dev: 99 }), rule({ dev: 98 }))).toBe(98);
});

test('No profile and no rule raises the limit of another environment.', () => {
  for (const env of ENVS) {
    const scene = together(DENYING, limits({ [env]: 3 }), { input: { env, blast_score: 4 } });
    expect(decideScene(scene).deny_code).toBe('DENY_BLAST_RADIUS_EXCEEDED');
  }
});

test('Above the limit the decision is held, unless the Hall denies, and never below gatekeeper.', () => {
  const over: Scene = { input: { blast_score: 26 } };
  for (const scene of [over, together(over, { config: { blast: { on_exceeded: 'require_human' } } })]) {
    expect(decideScene(scene)).toMatchObject({
      outcome: 'STEWARD_HOLD',
      blast_gate_passed: false,
      supervisor_level: 'gatekeeper',
      escalation_context: {
        reasons: [{ reason: 'BLAST_RADIUS_EXCEEDED', level: 'gatekeeper' }],
        blast_score: 26,
      },
    });
  }
  for (const [level, expected] of [
    ['advisory', 'gatekeeper'],
    ['executor', 'executor'],
    ['incident_commander', 'incident_commander'],
  ]) {
    const rule = { decision: { escalation: { supervisor_level: level } } };
    expect(decideScene(together(over, { rule })).supervisor_level).toBe(expected);
    const config = { approval: { default_level: level } };
    expect(decideScene(together(over, { config })).supervisor_level).toBe(expected);
  }
});
