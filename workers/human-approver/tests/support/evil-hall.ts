import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What an attacker would write into every text; as HTML it would set a variable of the window. */
export const EVIL = `"'></textarea></pre></style></script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">\u202e\u2066javascript:`;

const reasons = [{ reason: EVIL, level: 'gatekeeper' }];

/** A hold in which an attacker wrote every text, even those that a real Hall writes. */
const EVIL_APPROVAL = {
  ...{ approval_id: 'one', state: 'pending', mode: 'dispatch', level: 'executor', tenant_id: EVIL },
  ...{ correlation_id: EVIL, capability_id: EVIL, created_at: EVIL, expires_at: '2999-01-31T12:15:00.000Z' },
  input: { request: { [EVIL]: EVIL, list: [EVIL], deep: { [EVIL]: {} } } },
  decision: {
    ...{ env: EVIL, data_label: EVIL, tenant_risk: EVIL, qos_class: EVIL, matched_rule_id: EVIL },
    ...{ blast_score: 12, policy_version: EVIL, escalation_effective: { rationale: EVIL } },
    escalation_context: { reasons, worker_id: EVIL, worker_species_id: EVIL },
  },
  history: [{ action: EVIL, by: EVIL, at: EVIL, reason: EVIL, from_level: 'gatekeeper' }],
  ...{ resolved_decision_id: null, result: null },
};

const RESOLVED = { ...EVIL_APPROVAL, state: 'approved', result: { [EVIL]: EVIL } };

/** A server that answers as a Hall would, with an attacker's text everywhere. */
export async function evilHall(): Promise<{ readonly WCP_HALL_URL: string; readonly WCP_HALL_KEY: string }> {
  const server = createServer(({ method, url = '' }, response) => {
    if (method === 'POST') {
      const problem = { type: EVIL, title: EVIL, status: 409, code: 'CONFLICT', detail: EVIL };
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
      return;
    }
    const isList = url.startsWith('/wcp/approvals/pending');
    const answer = isList ? { items: [EVIL_APPROVAL], next_cursor: EVIL } : RESOLVED;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { WCP_HALL_URL: `http://127.0.0.1:${port}`, WCP_HALL_KEY: 'wcp_nobody' };
}
