import { expect, test } from 'vitest';
import { type CompiledSchema, compileSchema } from '../../src/tool/schema-check.ts';

const check = (schema: object, value: unknown) => checkerOf(compileSchema({ ...schema })).check(value);

function checkerOf(compiled: CompiledSchema) {
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled;
}

const CLOSED = {
  properties: { name: { type: 'string', minLength: 1 }, count: { type: 'integer' } },
  required: ['name', 'count'],
  additionalProperties: false,
};

test('Every finding is listed, each with its place.', () => {
  expect(check(CLOSED, { name: '', 'a/b~': 1 })).toEqual([
    { path: '/count', code: 'MISSING_MEMBER', message: 'This member is required.' },
    { path: '/a~1b~0', code: 'UNKNOWN_MEMBER', message: 'There is no such member.' },
    { path: '/name', code: 'INVALID_VALUE', message: 'It must NOT have fewer than 1 characters.' },
  ]);
  expect(check(CLOSED, { name: 'a', count: 1 })).toEqual([]);
});

test('A member counts only where the value has it itself.', () => {
  expect(check({ required: ['toString', 'constructor'] }, {})).toHaveLength(2);
  const own = JSON.parse('{"name":"a","count":1,"__proto__":{"admin":true},"constructor":1}');
  expect(check(CLOSED, own).map(({ path }) => path)).toEqual(['/__proto__', '/constructor']);
});

test('Names of the caller are shown without control characters, and no more findings than a hundred.', () => {
  const [finding] = check(CLOSED, { name: 'a', count: 1, '\u001b[31m\u202e': 1 });
  expect(finding?.path).toBe('/\\u001b[31m\\u202e');
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, index]));
  expect(check(CLOSED, many)).toHaveLength(100);
});

test('A pattern that would take for ever does not: its value is refused, and the next one is checked.', () => {
  const slow = checkerOf(compileSchema({ properties: { a: { pattern: '^(a+)+$' } } }));
  expect(slow.check({ a: `${'a'.repeat(60)}!` })).toEqual([
    { path: '', code: 'INVALID_VALUE', message: 'This could not be checked in time.' },
  ]);
  expect(slow.check({ a: 'aaa' })).toEqual([]);
  expect(slow.check({ a: 'b' })).toHaveLength(1);
});

test.each([
  ['an asynchronous one, whose answer is always as good as true', { $async: true, type: 'object' }],
  ['one that would have to be loaded from elsewhere', { $ref: 'https://example.com/schema.json' }],
  ['one of an unknown dialect', { $schema: 'https://json-schema.org/draft/2019-09/schema' }],
  ['one with a pattern that is none', { pattern: '(' }],
  ['one that is not a schema', { type: 'text' }],
  ['one that is too long', { description: 'x'.repeat(300_000) }],
])('There is no schema in %s.', (_, schema) => {
  expect(compileSchema(schema).ok).toBe(false);
});

test('The dialects 2020-12 and draft-07 are read each by its own rules.', () => {
  const tuple = { type: 'array', prefixItems: [{ type: 'string' }] };
  expect(check({ ...tuple, $schema: 'https://json-schema.org/draft/2020-12/schema' }, [1])).toHaveLength(1);
  expect(check({ ...tuple, $schema: 'http://json-schema.org/draft-07/schema#' }, [1])).toEqual([]);
});
