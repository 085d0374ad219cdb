import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HeldOutcome } from '../../../src/base/gateway.ts';
import { codeOf } from '../gateway-folder.ts';
import { ARGUMENTS, TOOL, WorkerFolder } from './worker-folder.ts';

const GREETED = {
  kind: 'result',
  result: {
    content: [{ type: 'text', text: '{"greeting":"Hello, Ada!"}' }],
    structuredContent: { greeting: 'Hello, Ada!' },
  },
};
/** An envelope that is not for the request alone: its calls wait. */
const REACHES = { privilege_envelope: { network_egress: 'allowlisted', egress_allowlist: ['example.com'] } };

test('A worker of the Hall is a tool as its record describes it, its rule names its authority alone, and a call leaves one decision and one outcome.', async () => {
  const folder = await WorkerFolder.open();
  expect(await folder.tools()).toEqual([
    {
      name: 'hello_greet',
      title: TOOL.title,
      description: TOOL.description,
      inputSchema: TOOL.input_schema,
      outputSchema: TOOL.output_schema,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      _meta: { 'org.wcp/worker': { worker_id: 'org.example.hello', capability_id: 'cap.hello.greet' } },
    },
  ]);
  const before = await folder.receipts();
  expect(await folder.call(ARGUMENTS)).toEqual(GREETED);
  expect(await folder.receipts()).toEqual({ ...before, decision: (before['decision'] ?? 0) + 1, outcome: 1 });
  expect((await folder.call(ARGUMENTS, {}, 'nobody')).kind).toBe('error');
  const { rules } = JSON.parse(readFileSync(join(folder.dir, 'rules.json'), 'utf8'));
  const candidate = { worker_species_id: 'wrk.hello.greeter', authorities: ['org.example'] };
  expect(rules).toMatchObject([{ decision: { candidate_workers_ranked: [candidate] } }]);
});

test('Arguments that the worker does not take are refused with every finding, and the Hall is not even asked.', async () => {
  const folder = await WorkerFolder.open();
  const before = await folder.receipts();
  const refused = await folder.call({ name: '', title: 'Sir', other: 1 });
  expect(codeOf(refused)).toBe('TOOL_ARGUMENTS_INVALID');
  expect(refused).toMatchObject({ result: { isError: true } });
  const [{ text }] = (refused as { result: { content: [{ text: string }] } }).result.content;
  for (const path of ['- /name: ', '- /title: ', '- /other: ']) expect(text).toContain(path);
  expect(await folder.receipts()).toEqual(before);
});

test('A worker that reaches more than its request waits for a steward; the approved call runs once, and its result is content, as a task too.', async () => {
  const folder = await WorkerFolder.open(TOOL, REACHES, { workers: {} });
  const held = (await folder.call(ARGUMENTS)) as HeldOutcome;
  expect(held.kind).toBe('held');
  const retry = { request_state: held.request_state };
  expect((await folder.call(ARGUMENTS, retry)).kind).toBe('held');
  expect(await folder.resolve(held.approval_id, 'approve')).toBe(200);
  expect(await folder.call(ARGUMENTS, retry)).toEqual(GREETED);
  expect(await folder.call(ARGUMENTS, retry)).toEqual(GREETED);
  expect(codeOf(await folder.call({ name: 'Eve' }, retry))).toBe('REQUEST_STATE_INVALID');
  const { signal } = new AbortController();
  const { tasks } = folder.gateway.gateway;
  const task = await tasks?.get(folder.caller, held.task_id ?? '', { signal });
  expect(task).toMatchObject({ result: { status: 'completed', result: GREETED.result } });
  expect((await folder.receipts())['outcome']).toBe(1);
});
