import { createHall, type Hall, type HallOptions } from '@wcp/hall';
import { onTestFinished } from 'vitest';
import { type AgentTool, type Governor, type GovernorOptions, openGovernor } from '../../src/index.ts';

export const AUTHORITY = 'x.acme';
export const AGENT = 'helper';
export const TENANT = 'tenant-a';

export const idOf = (segment: string) => `${AUTHORITY}.${AGENT}.${segment}`;

const ruleFor = (id: string, escalation: object = {}) => ({
  rule_id: id,
  match: { capability_id: id },
  decision: {
    candidate_workers_ranked: [{ worker_species_id: id }],
    escalation: { policy_gate: false, ...escalation },
  },
});
/** Everything else is denied: there is no rule for it. */
const RULES = [
  ruleFor(idOf('add')),
  ruleFor(idOf('wait')),
  ruleFor(idOf('fail')),
  ruleFor(idOf('sign'), { human_required_default: true, supervisor_level: 'executor' }),
  ruleFor(idOf('pay'), { human_required_default: true, supervisor_level: 'gatekeeper' }),
];

/** A Hall, and agents before it. */
export interface AgentsHall {
  readonly hall: Hall;
  readonly url: string | null;
  /** An agent; closed with the test. */
  open(tools: readonly AgentTool[], options?: Partial<GovernorOptions>): Promise<Governor>;
  approve(approval_id: string, resolution?: 'approve' | 'deny', more?: object): Promise<void>;
}

async function createWithKeys(options: HallOptions) {
  const hall = await createHall({ rules: RULES, pulling_authorities: [AUTHORITY], ...options });
  onTestFinished(() => hall.close(0));
  const keys = hall.identity.keys;
  const { key: steward } = await keys.create({ label: 'steward', roles: ['steward'] });
  const approve: AgentsHall['approve'] = async (approval_id, resolution = 'approve', more = {}) => {
    const { statusCode, body } = await hall.app.inject({
      method: 'POST',
      url: '/wcp/approvals/resolve',
      headers: { authorization: `Bearer ${steward}` },
      payload: { approval_id, resolution, ...more },
    });
    if (statusCode !== 200) throw new Error(body);
  };
  return { hall, approve };
}

const closedWithTest = async (opening: Promise<Governor>) => {
  const governor = await opening;
  onTestFinished(() => governor.close());
  return governor;
};
const agent = { authority: AUTHORITY, agent: AGENT, tenant_id: TENANT };

/** A Hall that listens on loopback: its agents carry out their calls by fetching them. */
export async function runningHall(options: HallOptions = {}): Promise<AgentsHall> {
  const { hall, approve } = await createWithKeys(options);
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const { key: worker_key } = await keys.create({
    label: 'owner',
    roles: ['worker-owner'],
    authority: AUTHORITY,
  });
  const url = await hall.app.listen({ host: '127.0.0.1', port: 0 });
  const open = (tools: readonly AgentTool[], given: Partial<GovernorOptions> = {}) =>
    closedWithTest(openGovernor({ hall: { url, key, worker_key }, ...agent, tools, ...given }));
  return { hall, url, open, approve };
}

/** A Hall in this process. */
export async function embeddedHall(options: HallOptions = {}): Promise<AgentsHall> {
  const { hall, approve } = await createWithKeys(options);
  const open = (tools: readonly AgentTool[], given: Partial<GovernorOptions> = {}) =>
    closedWithTest(openGovernor({ hall, ...agent, tools, ...given }));
  return { hall, url: null, open, approve };
}
