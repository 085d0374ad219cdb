import { expect, test } from 'vitest';
import { AGENT_CODES } from '../src/index.ts';

test('@wcp/agents exports these names', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual(['AGENT_CODES', 'openGovernor']);
  expect(Object.keys(await import('../src/check/index.ts'))).toEqual(['checkSources']);
  expect(Object.keys(await import('../src/hook/index.ts')).toSorted()).toEqual([
    'HOOK_CLIENTS',
    'hookSetup',
    'readHookSettings',
    'runHook',
  ]);
  const adapters = {
    ai: ['govern'],
    openai: ['govern', 'hallGuardrail'],
    langchain: ['govern', 'watchTools'],
    mastra: ['govern', 'watchTools'],
  } as const;
  for (const [name, exported] of Object.entries(adapters)) {
    expect(Object.keys(await import(`../src/${name}/index.ts`)).toSorted(), name).toEqual(exported);
  }
  expect(Object.keys(await import('../src/claude/index.ts')).toSorted()).toEqual(['govern', 'hallHooks']);
});

test('These are the codes of the package, each with a sentence and a remedy.', () => {
  expect(Object.keys(AGENT_CODES)).toEqual([
    'HALL_UNREACHABLE',
    'HALL_LATE',
    'HALL_REFUSED',
    'TOOL_UNKNOWN',
    'TOOL_NOT_ENROLLED',
    'ARGUMENTS_NOT_JSON',
    'CALL_ABORTED',
    'HALL_LOST',
    'DECISION_UNKNOWN',
    'CALL_REPEATED',
    'CALL_NOT_STARTED',
    'CALL_WITHDRAWN',
    'APPROVAL_UNKNOWN',
    'APPROVAL_DENIED',
    'APPROVAL_EXPIRED',
    'APPROVAL_STALE',
  ]);
  for (const { message, remedy } of Object.values(AGENT_CODES)) {
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$|: wcp health\.$/);
  }
});
