import { expect, it } from 'vitest';
import { readJsonDocument } from '../../src/input/json-document.ts';

it('An integer that would become another one is found in a document with no other mistake.', () => {
  const { problems } = readJsonDocument('x.json', '{\n  "account": 9007199254740993\n}');
  expect(problems).toMatchObject([
    { code: 'NUMBER_NOT_EXACT', path: '/account', place: { line: 2, column: 14 } },
  ]);
  expect(readJsonDocument('x.json', '{"account": 9007199254740992}').problems).toEqual([]);
});
