import { expect, test } from 'vitest';
import {
  compareLevels,
  highestLevel,
  isSupervisorLevel,
  levelsAbove,
  SUPERVISOR_LEVEL_TABLE,
  SUPERVISOR_LEVELS,
} from '../../../src/document/index.ts';

test('WCP-5-10: the levels are ordered as advisory, gatekeeper, executor, incident_commander', () => {
  expect(SUPERVISOR_LEVELS).toEqual(['advisory', 'gatekeeper', 'executor', 'incident_commander']);
  expect(SUPERVISOR_LEVELS.toSorted(compareLevels)).toEqual(SUPERVISOR_LEVELS);
  expect(SUPERVISOR_LEVELS.toReversed().toSorted(compareLevels)).toEqual(SUPERVISOR_LEVELS);
});

test('Every level says what it means, and only advisory lets the dispatch proceed.', () => {
  for (const { level, meaning, holds } of SUPERVISOR_LEVEL_TABLE) {
    expect(meaning).toMatch(/^A human .*\.$/);
    expect(holds).toBe(level !== 'advisory');
  }
  expect(SUPERVISOR_LEVEL_TABLE.map(({ leads_to }) => leads_to)).toEqual([
    'dispatch',
    'dispatch',
    'human_result',
    'freeze',
  ]);
});

test('The highest of two levels is the one that asks more of a human.', () => {
  for (const [low, a] of SUPERVISOR_LEVELS.entries()) {
    for (const [high, b] of SUPERVISOR_LEVELS.entries()) {
      expect(highestLevel(a, b)).toBe(low >= high ? a : b);
    }
  }
});

test('The levels above one come in their order, and none is above incident_commander.', () => {
  expect(levelsAbove('advisory')).toEqual(['gatekeeper', 'executor', 'incident_commander']);
  expect(levelsAbove('incident_commander')).toEqual([]);
});

test.each([...SUPERVISOR_LEVELS, 'steward', 'constructor', '', null, undefined, 1])(
  'Whether %j is a supervisor level is known.',
  (value) => {
    expect(isSupervisorLevel(value)).toBe((SUPERVISOR_LEVELS as readonly unknown[]).includes(value));
  },
);
