import { afterEach, describe, expect, test } from 'vitest';
import { declaredBlast, REVERSIBILITY, riskTierOf } from '../../../src/document/index.ts';
import { pollute, unpollute } from '../../pollution.ts';

afterEach(unpollute);

describe('The blast score of a worker', () => {
  test.each([
    [{ data: 0, network: 0, financial: 0, time: 0, reversibility: 0 }, 0],
    [{ data: 5, network: 5, financial: 5, time: 5, reversibility: 5 }, 25],
    [{ data: 1, network: 2, financial: 3, time: 4, reversibility: 0 }, 10],
    [{ data: 0, network: 0, financial: 0, time: 0, reversibility: 'reversible' as const }, 0],
    [{ data: 0, network: 0, financial: 0, time: 0, reversibility: 'partially-reversible' as const }, 2],
    [{ data: 0, network: 0, financial: 0, time: 0, reversibility: 'difficult' as const }, 4],
    [{ data: 0, network: 0, financial: 0, time: 0, reversibility: 'irreversible' as const }, 5],
    [{ data: 0 }, 20],
    [{}, 25],
    [undefined, 25],
  ])('The blast score of %j is %i, for what is not declared counts 5.', (radius, score) => {
    expect(declaredBlast(radius)).toBe(score);
  });

  test('The blast score ignores a polluted Object.prototype.', () => {
    pollute({ data: 0, network: 0, financial: 0, time: 0, reversibility: 0 });
    expect(declaredBlast({ data: 1 })).toBe(21);
    expect(declaredBlast(undefined)).toBe(25);
  });

  test('Reversibility has four words.', () => {
    expect(REVERSIBILITY).toEqual({
      reversible: 0,
      'partially-reversible': 2,
      difficult: 4,
      irreversible: 5,
    });
  });
});

test('The risk tier of a program’s record goes with its blast score.', () => {
  expect([0, 3, 4, 10, 11, 20, 21, 25].map(riskTierOf)).toEqual([
    'low',
    'low',
    'medium',
    'medium',
    'high',
    'high',
    'critical',
    'critical',
  ]);
});
