import { compileWorld, decide } from '@wcp/router';
import { expect, test } from 'vitest';
import { ruleOf, rulesWith, verdictOf } from '../../src/gateway/folder/tool-rules.ts';

const SAID = { trust: 'none', run: [], deny: [] } as const;
const reader = { name: 'read', definition: { annotations: { readOnlyHint: true } } };

test('Without a word of the operator every call waits for a steward, whatever the server says.', () => {
  expect(verdictOf(reader, { ...SAID, run: [], deny: [] })).toBe('hold');
});

test('Of a server that the operator trusts, what says that it reads runs, and nothing else does.', () => {
  const trusted = { trust: 'annotations' as const, run: [], deny: [] };
  expect(verdictOf(reader, trusted)).toBe('run');
  for (const annotations of [undefined, null, {}, { readOnlyHint: 'true' }, { readOnlyHint: true, destructiveHint: true }]) {
    expect(verdictOf({ name: 'x', definition: { annotations } }, trusted)).toBe('hold');
  }
});

test('The operator’s word about a tool counts before the server’s, and a denial before all.', () => {
  expect(verdictOf({ name: 'x', definition: {} }, { trust: 'none', run: ['x'], deny: [] })).toBe('run');
  expect(verdictOf(reader, { trust: 'annotations', run: ['read'], deny: ['read'] })).toBe('deny');
});

test('The rules of two tools of almost one name are valid together, and say what they should.', () => {
  const rules = [ruleOf({ id: 'x.local.mcp-a.b-c' }, 'run'), ruleOf({ id: 'x.local.mcp-a-b.c' }, 'hold')];
  const world = compileWorld({ rules: { rules }, workers: [] });
  expect(world.diagnostics.filter(({ level }) => level === 'error')).toEqual([]);
  expect(decide(world, { now: '2026-01-01T00:00:00.000Z' }, {}).outcome).toBe('DENY');
  expect(ruleOf({ id: 'x.local.mcp-a.b' }, 'deny')).toBeNull();
});

test('What the operator wrote about a tool stays, in whichever form it names it.', () => {
  const id = 'x.local.mcp-a.b';
  const added = [ruleOf({ id }, 'run') as object];
  for (const capability_id of [id, { eq: id }, { in: ['x.local.mcp-a.c', id] }]) {
    expect(rulesWith({ rules: [{ match: { capability_id } }] }, added)).toBeNull();
  }
  expect(rulesWith({ rules: [] }, added)).toEqual({ rules: added });
  expect(rulesWith([{ match: {} }], added)).toEqual([{ match: {} }, ...added]);
  expect(rulesWith('rules', added)).toBeNull();
});
