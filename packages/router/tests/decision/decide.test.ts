// What `decide` does when something breaks that cannot break.
import { DENY_CODES } from '@wcp/spec';
import * as document from '@wcp/spec/document';
import * as input from '@wcp/spec/input';
import { afterEach, expect, test, vi } from 'vitest';
import { decide } from '../../src/index.ts';
import { DECISION_ID, makeFacts, makeInput, NOW, worldOf } from '../support.ts';

vi.mock('@wcp/spec/document', { spy: true });
vi.mock('@wcp/spec/input', { spy: true });
afterEach(() => void vi.clearAllMocks());

const broken = (): never => {
  throw new TypeError('secret detail of the engine');
};
const { meaning, remedy } = DENY_CODES.DENY_INTERNAL_ERROR;
const reason = { code: 'DENY_INTERNAL_ERROR', message: `${meaning} ${remedy}` };

test('A step that throws denies with DENY_INTERNAL_ERROR, and nothing of the error gets out.', () => {
  const world = worldOf({ rule: { decision: { escalation: { human_required_default: true } } } });
  vi.mocked(document.addSeconds).mockImplementationOnce(broken);
  const decision = decide(world, makeFacts(), makeInput());
  expect(decision).toMatchObject({
    outcome: 'DENY',
    deny_reason_if_denied: reason,
    decision_id: DECISION_ID,
    timestamp: NOW,
    tenant_id: 'tenant-a',
    worker_id: null,
    supervisor_required: false,
  });
  expect(JSON.stringify(decision)).not.toContain('secret');
  expect(decide(world, makeFacts(), makeInput()).outcome).toBe('STEWARD_HOLD');
});

test('An input whose reading throws denies with DENY_INTERNAL_ERROR and echoes nothing.', () => {
  vi.mocked(input.readRouteInput).mockImplementationOnce(broken);
  const decision = decide(worldOf({}), makeFacts(), makeInput());
  expect(decision).toMatchObject({
    outcome: 'DENY',
    deny_reason_if_denied: reason,
    decision_id: null,
    tenant_id: null,
    matched_rule_id: 'PRE_ROUTING',
    artifact_hash: null,
  });
  expect(decide(worldOf({}), makeFacts(), makeInput()).outcome).toBe('DISPATCH');
});
