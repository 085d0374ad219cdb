import { expect, test } from 'vitest';
import { ClientAsks } from '../../../src/gateway/client-asks.ts';
import { GovernedCalls } from '../../../src/gateway/governed-calls.ts';
import type { HallPort } from '../../../src/gateway/hall/hall-port.ts';
import { workerCall } from '../../../src/gateway/workers/call-worker.ts';
import type { ShownWorkerTool } from '../../../src/gateway/workers/worker-tools.ts';
import { createPassedStates } from '../../../src/hold/passed-state.ts';
import { createRequestStates } from '../../../src/hold/request-state.ts';
import { createTaskIds } from '../../../src/hold/task-ids.ts';

const LABELS = { environment: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2' } as const;
const TOOL = { shown: 'greet', capability_id: 'cap.hello.greet', checkOutput: () => [] };

test('A worker gets the arguments that were checked and decided, and nothing that a client answers a server with.', async () => {
  const requests: unknown[] = [];
  const decision = { outcome: 'DENY', deny_code: 'DENY_HALL_MISCONFIGURED' };
  const hall = {
    async dispatch(_: unknown, { request }: { request: unknown }) {
      requests.push(request);
      return { decision, result: null, delivery_code: null };
    },
  } as unknown as HallPort;
  const key = new Uint8Array(32);
  const links = { link: () => () => {} };
  const calls = new GovernedCalls({
    hall,
    links,
    states: createRequestStates({ key }),
    passedStates: createPassedStates({ key }),
    taskIds: createTaskIds({ key }),
    asks: new ClientAsks({ hall, links }),
    onHeld: () => {},
  });
  const caller = { tenant_id: 't', credential: 'wcp_t', key_id: 'key:t' };
  const { signal } = new AbortController();
  const answers = { signal, input_responses: { name: { action: 'accept' } } };
  const given = { name: 'Ada' };
  const call = workerCall(TOOL as unknown as ShownWorkerTool, LABELS, { name: 'greet', arguments: given });
  await calls.run(caller, call, answers);
  const { outcomes: _, ...ofServer } = call;
  await calls.run(caller, ofServer, answers);
  expect(requests).toEqual([given, { ...given, input_responses: answers.input_responses }]);
});
