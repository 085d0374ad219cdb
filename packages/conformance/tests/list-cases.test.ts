import { expect, test } from 'vitest';
import { listCases, showCase } from '../src/list-cases.ts';
import { fixtures } from './samples.ts';

const ids = (selection: Parameters<typeof listCases>[1]) =>
  listCases(fixtures, selection).map(({ id }) => id);

test('all cases are listed where nothing is selected', () => {
  expect(listCases(fixtures)).toHaveLength(17);
});

test('a level selects what it requires, a filter a part of the ids', () => {
  expect(ids({ level: 'basic', filter: 'ids/' })).toEqual(['ids/check/worker', 'ids/check/blank']);
  expect(ids({ filter: '*/no-*' })).toEqual(['hash/record/no-object', 'rules/dead/no-list']);
  expect(ids({ filter: 'route/*' })).toHaveLength(5);
});

test('a filter is no pattern but for its stars', () => {
  expect(() => ids({ filter: 'ids.check' })).toThrow(
    expect.objectContaining({ code: 'ERR_WCP_CONFORMANCE' }),
  );
  expect(() => ids({ filter: 'ids.*' })).toThrow(expect.objectContaining({ code: 'ERR_WCP_CONFORMANCE' }));
});

test('an unknown level is refused', () => {
  expect(() => ids({ level: 'gold' as never })).toThrow(/basic, standard, full/);
});

test('a case is shown with the lines that cross, in which neither id nor expectation stands', () => {
  const { case: shown, lines } = showCase(fixtures, 'ids/check/blank');
  expect(shown.expect).toEqual({ result: { valid: false, kind: null, authority: null } });
  expect(lines).toEqual([
    '{"cmd":"start","protocol":1,"revision":"0.2"}',
    '{"cmd":"run","seq":1,"op":"check_id","given":{},"input":{"id":""}}',
    '{"cmd":"stop"}',
  ]);
});

test('a case that is not there is refused, with the names of near ones', () => {
  expect(() => showCase(fixtures, 'ids/check')).toThrow(/ids\/check\/worker/);
  expect(() => showCase(fixtures, 'nothing/like/it')).toThrow(
    expect.objectContaining({ code: 'ERR_WCP_CONFORMANCE' }),
  );
});
