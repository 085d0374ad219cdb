import { expect, test } from 'vitest';
import { govern } from '../src/ai/index.ts';
import type { Governor } from '../src/index.ts';
import { embeddedHall, runningHall } from './support/real-hall.ts';

const declare = Object.fromEntries(
  ['add', 'pay', 'forbidden'].map((name) => [
    name,
    { blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' as const } },
  ]),
);

/** Tools as the AI SDK makes them, which note how they were run; and the calls that it would make. */
function governed(governor: Governor, approvals?: Map<string, string>) {
  const runs: unknown[] = [];
  const execute = async (input: unknown, { context }: { readonly context?: unknown }) => {
    runs.push({ input, context });
    return 'done';
  };
  const tools = { add: { execute }, pay: { execute }, forbidden: { execute } };
  const { tools: own, toolApproval } = govern(governor, tools, {
    declare,
    ...(approvals !== undefined && { approvals }),
  });
  const ask = (toolName: keyof typeof tools, toolCallId: string, input: unknown, messages: object[] = []) =>
    toolApproval({
      toolCall: { toolName, toolCallId, input },
      messages,
      toolsContext: { [toolName]: 'asked' },
    });
  const run = (name: keyof typeof tools, toolCallId: string, input: unknown, context = 'executed') => {
    const options = { toolCallId, messages: [], context };
    return own[name].execute(input, options);
  };
  const answered = (toolCallId: string) => [
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId }] },
  ];
  return { runs, ask, run, answered };
}

test('What a framework is told it may execute runs only when it executes it, and with what it gives then.', async () => {
  const { open } = await embeddedHall();
  const { runs, ask, run } = governed(await open([]));
  expect(await ask('add', 'call-1', { a: 1 })).toBeUndefined();
  expect(runs).toEqual([]);
  expect(await run('add', 'call-1', { a: 1 })).toBe('done');
  expect(runs).toEqual([{ input: { a: 1 }, context: 'executed' }]);
});

test('A history whose arguments were changed after the approval names another call, which is held anew.', async () => {
  const { open, approve } = await embeddedHall();
  const { runs, ask, run, answered } = governed(await open([]));
  expect(await ask('pay', 'call-1', { to: 'Ada' })).toMatchObject({ type: 'user-approval' });
  const [approval_id = ''] = /[\w-]+$/.exec((await ask('pay', 'call-1', { to: 'Ada' }))?.reason ?? '') ?? [];
  await approve(approval_id);
  await expect.poll(() => runs).toEqual([{ input: { to: 'Ada' }, context: 'asked' }]);
  expect(await ask('pay', 'call-1', { to: 'Eve' }, answered('call-1'))).toMatchObject({ type: 'denied' });
  await expect(run('pay', 'call-1', { to: 'Eve' })).rejects.toThrow('APPROVAL_PENDING');
  expect(await run('pay', 'call-1', { to: 'Ada' })).toBe('done');
  expect(runs).toHaveLength(1);
});

test('A call that nobody asked about first is decided all the same.', async () => {
  const { open } = await embeddedHall();
  const { runs, run } = governed(await open([]));
  await expect(run('forbidden', 'call-1', {})).rejects.toThrow('DENY_NO_MATCHING_RULE');
  await expect(run('pay', 'call-2', {})).rejects.toThrow('APPROVAL_PENDING');
  expect(runs).toEqual([]);
});

test('Two equal calls with the same id each run once.', async () => {
  const { open } = await embeddedHall();
  const { runs, ask, run } = governed(await open([]));
  const twice = () => Promise.all([1, 2].map(() => ask('add', 'call-1', {})));
  expect(await twice()).toEqual([undefined, undefined]);
  await Promise.all([run('add', 'call-1', {}, 'one'), run('add', 'call-1', {}, 'two')]);
  expect(runs.map((each) => (each as { context: string }).context).toSorted()).toEqual(['one', 'two']);
});

test('Another process finds a held call again by its approvals, and runs it once with its own context.', async () => {
  const { open, approve } = await runningHall();
  const approvals = new Map<string, string>();
  const first = await open([]);
  const before = governed(first, approvals);
  expect(await before.ask('pay', 'call-1', { to: 'Ada' })).toMatchObject({ type: 'user-approval' });
  await first.close();
  const { runs, ask, run, answered } = governed(await open([]), approvals);
  const messages = answered('call-1');
  expect(await ask('pay', 'call-1', { to: 'Ada' }, messages)).toMatchObject({ type: 'denied' });
  await approve([...approvals.values()][0] ?? '');
  await expect.poll(() => runs.length).toBe(1);
  await expect.poll(() => ask('pay', 'call-1', { to: 'Ada' }, messages)).toBeUndefined();
  expect(await run('pay', 'call-1', { to: 'Ada' })).toBe('done');
  expect([...before.runs, ...runs]).toHaveLength(1);
});

test('A tool that is not executed here, or decides itself what is held, is refused loudly.', async () => {
  const { open } = await embeddedHall();
  const governor = await open([]);
  expect(() => govern(governor, { client: {} })).toThrow('not executed here');
  const own = { execute: async () => 1, needsApproval: true };
  expect(() => govern(governor, { own })).toThrow('remove needsApproval');
  govern(governor, { add: { description: 'Adds.', execute: own.execute } });
  expect(() => govern(governor, { add: { description: 'Pays.', execute: own.execute } })).toThrow(
    'another tool add',
  );
});
