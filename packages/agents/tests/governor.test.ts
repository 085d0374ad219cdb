import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { AgentTool, HeldOutcome, ToolRun } from '../src/index.ts';
import { embeddedHall, idOf, runningHall, TENANT } from './support/real-hall.ts';

const BLAST = { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' } as const;

/** Tools that note how they were run. */
function toolbox() {
  const runs: { readonly name: string; readonly args: unknown; readonly run: ToolRun }[] = [];
  const tool = (name: string, run: (args: never, run: ToolRun) => unknown): AgentTool => ({
    name,
    description: `The tool ${name}.`,
    input_schema: { type: 'object' },
    blast_radius: BLAST,
    run(args, given) {
      runs.push({ name, args, run: given });
      return run(args as never, given);
    },
  });
  const tools = [
    tool('add', ({ a, b }: { a: number; b: number }) => a + b),
    tool('wait', async (_, { signal }) => {
      await sleep(60_000, undefined, { signal, ref: false });
    }),
    tool('fail', () => {
      throw new Error('a secret');
    }),
    tool('pay', () => 'paid'),
    tool('sign', () => 'never'),
    tool('forbidden', () => 'never'),
  ];
  return { runs, tools };
}

describe.each([
  ['a running Hall', runningHall],
  ['a Hall in this process', embeddedHall],
])('With %s', (_, openHall) => {
  test('an allowed call runs once, with its context, and leaves the receipt of its outcome.', async () => {
    const { hall, open } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const context = { request_id: 7 };
    const outcome = await governor.call('add', { a: 1, b: 2 }, { context });
    expect(outcome).toMatchObject({ kind: 'result', result: 3 });
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ args: { a: 1, b: 2 }, run: { call: { worker_id: idOf('add') } } });
    expect(runs[0]?.run.context).toBe(context);
    expect(runs[0]?.run.call).toMatchObject({ tenant_id: TENANT, decision_id: outcome.decision_id });
    expect(hall.registry.get(idOf('add'))?.record.ext).toMatchObject({
      agent: { definition: { name: 'add' } },
    });
  });

  test('a denied call runs nothing, and says why and what to do.', async () => {
    const { open } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const outcome = await governor.call('forbidden', {});
    expect(outcome).toMatchObject({ kind: 'denied', code: 'DENY_NO_MATCHING_RULE' });
    expect(outcome).toMatchObject({
      remedy: expect.stringMatching(/\w{3}/),
      message: expect.stringContaining('Nothing ran.'),
    });
    expect(await governor.call('unheard', {})).toMatchObject({ kind: 'denied', code: 'TOOL_UNKNOWN' });
    expect(await governor.call('add', { a: 2 ** 60 })).toMatchObject({ code: 'ARGUMENTS_NOT_JSON' });
    expect(runs).toEqual([]);
  });

  test('a held call runs once after its approval, in the process that holds it and with its context.', async () => {
    const { open, approve } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const context = { request_id: 8 };
    const held = (await governor.call('pay', { to: 'Ada' }, { context })) as HeldOutcome;
    expect(held).toMatchObject({ kind: 'held', level: 'gatekeeper' });
    expect(await governor.resume(held.approval_id)).toMatchObject({
      kind: 'held',
      approval_id: held.approval_id,
    });
    expect(runs).toEqual([]);
    await approve(held.approval_id);
    const resumed = await governor.resume(held.approval_id, { wait_ms: 5_000 });
    expect(resumed).toMatchObject({ kind: 'result', result: 'paid' });
    expect(await governor.resume(held.approval_id)).toEqual(resumed);
    expect(runs.map(({ run }) => run.context)).toEqual([context]);
  });

  test('a held call that a steward denies never runs.', async () => {
    const { open, approve } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const held = (await governor.call('pay', {})) as HeldOutcome;
    await approve(held.approval_id, 'deny');
    expect(await governor.resume(held.approval_id)).toMatchObject({
      kind: 'denied',
      code: 'APPROVAL_DENIED',
    });
    expect(runs).toEqual([]);
  });

  test('what a steward did in the place of a tool is its result, and the tool never runs.', async () => {
    const { open, approve } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const held = (await governor.call('sign', { name: 'Ada' })) as HeldOutcome;
    expect(held).toMatchObject({ kind: 'held', level: 'executor' });
    await approve(held.approval_id, 'approve', { result: { signed_by: 'a human' } });
    expect(await governor.resume(held.approval_id)).toMatchObject({
      kind: 'result',
      result: { signed_by: 'a human' },
    });
    expect(runs).toEqual([]);
  });

  test('an abort reaches the tool that runs, and the Hall records that it was cancelled.', async () => {
    const { open } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const controller = new AbortController();
    const calling = governor.call('wait', {}, { signal: controller.signal });
    await expect.poll(() => runs.length).toBe(1);
    controller.abort();
    expect(await calling).toMatchObject({ kind: 'failed', code: 'CALL_ABORTED', ran: true });
    expect(runs[0]?.run.signal.aborted).toBe(true);
    const before = await governor.call('wait', {}, { signal: controller.signal });
    expect(before).toMatchObject({ kind: 'failed', code: 'CALL_ABORTED', ran: false });
    expect(runs).toHaveLength(1);
  });

  test('what a tool throws stays in this process.', async () => {
    const { hall, open } = await openHall();
    const governor = await open(toolbox().tools);
    const outcome = await governor.call('fail', {});
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'WORKER_FAILED',
      ran: true,
      error: new Error('a secret'),
    });
    const { body } = await hall.app.inject({ url: '/wcp/health' });
    expect(body).not.toContain('a secret');
  });

  test('parallel calls each get their own result and context, equal ones too.', async () => {
    const { open } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const correlation_id = 'one-task';
    const asked = [1, 2, 3, 3, 3];
    const outcomes = await Promise.all(
      asked.map((a, context) => governor.call('add', { a, b: 1 }, { context, correlation_id })),
    );
    expect(outcomes.map((each) => each.kind === 'result' && each.result)).toEqual([2, 3, 4, 4, 4]);
    expect(runs.map(({ run }) => run.context).toSorted()).toEqual([0, 1, 2, 3, 4]);
  });

  test('with an idempotency key a call is carried out once, and answered twice.', async () => {
    const { open } = await openHall();
    const { runs, tools } = toolbox();
    const governor = await open(tools);
    const options = { idempotency_key: 'order-7', correlation_id: 'order-7' };
    const first = await governor.call('add', { a: 1, b: 1 }, options);
    expect(await governor.call('add', { a: 1, b: 1 }, options)).toEqual(first);
    expect(runs).toHaveLength(1);
  });

  test('a tool whose definition has changed is another one to the Hall, and an unchanged one is not enrolled again.', async () => {
    const { hall, open } = await openHall();
    const [add] = toolbox().tools as [AgentTool];
    const enrolled = () => hall.registry.get(idOf('add'));
    await open([add]);
    const first = enrolled();
    await open([add]);
    expect(enrolled()?.version).toBe(first?.version);
    const governor = await open([{ ...add, description: 'It adds, and pays.' }]);
    expect(enrolled()?.version).toBe(2);
    expect(enrolled()?.record.attestation?.code_hash).not.toBe(first?.record.attestation?.code_hash);
    expect(await governor.call('add', { a: 1, b: 1 })).toMatchObject({ kind: 'result', result: 2 });
  });
});
