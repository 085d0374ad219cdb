import { type AgentTool, type Governor, openGovernor } from '@wcp/agents';
import { createHallClient } from '@wcp/client';
import { createHall } from '@wcp/hall';

/** A Hall on loopback, an agent before it, and the steward who approves what it holds. */
export interface ExampleHall {
  readonly governor: Governor;
  readonly openGovernor: (tools?: readonly AgentTool[]) => Promise<Governor>;
  /** Where it is and with which keys it is asked. */
  readonly connection: { readonly url: string; readonly key: string; readonly worker_key: string };
  /** Waits for the next held call and resolves it. */
  approve(resolution?: 'approve' | 'deny'): Promise<void>;
  /** How many calls are held. */
  heldCalls(): Promise<number>;
  /** How what was carried out has ended, the oldest first. */
  outcomes(): Promise<string[]>;
  /** The Hall goes away: nobody answers any more. */
  goDown(): Promise<void>;
  close(): Promise<void>;
}

/** Two minutes: a coding agent takes its time to start. */
const MAX_TRIES = 4_800;
const AUTHORITY = 'x.acme';
const AGENT = 'helper';
const TENANT = 'acme';

const rule = (tool: string, escalation: object = {}, agent = AGENT) => {
  const id = `${AUTHORITY}.${agent}.${tool}`;
  return {
    rule_id: tool,
    match: { capability_id: id },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: id }],
      escalation: { policy_gate: false, ...escalation },
    },
  };
};

/**
 * `add`, `wait` and the `Bash` of Claude Code are allowed, `pay` and its `Write` wait for a steward, and `erase` and its
 * `Glob` have no rule: they are denied.
 */
const RULES = [
  rule('add'),
  rule('wait'),
  rule('begin'),
  rule('begin-slowly', { human_required_default: true, supervisor_level: 'gatekeeper' }),
  rule('bash-d1e9567d', {}, 'claude-code'),
  rule('write-3f00927a', { human_required_default: true, supervisor_level: 'gatekeeper' }, 'claude-code'),
  rule('pay', { human_required_default: true, supervisor_level: 'gatekeeper' }),
];

/** What the tools may damage: as little as a rule allows without a human. */
export const DECLARE = Object.fromEntries(
  ['add', 'wait', 'pay', 'erase', 'begin', 'begin-slowly', 'stop'].map((name) => [
    name,
    { blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' as const } },
  ]),
);

export async function openExampleHall(): Promise<ExampleHall> {
  const hall = await createHall({ rules: RULES, pulling_authorities: [AUTHORITY] });
  const { keys } = hall.identity;
  const [tenant, owner, steward, auditor] = await Promise.all([
    keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT }),
    keys.create({ label: 'owner', roles: ['worker-owner'], authority: AUTHORITY }),
    keys.create({ label: 'steward', roles: ['steward'] }),
    keys.create({ label: 'auditor', roles: ['auditor'] }),
  ]);
  const url = await hall.app.listen({ host: '127.0.0.1', port: 0 });
  const opened: Governor[] = [];
  const connection = { url, key: tenant.key, worker_key: owner.key };
  const open = async (tools: readonly AgentTool[] = []) => {
    const governor = await openGovernor({
      hall: connection,
      authority: AUTHORITY,
      agent: AGENT,
      tenant_id: TENANT,
      tools,
    });
    opened.push(governor);
    return governor;
  };
  const client = createHallClient({ url, key: steward.key });
  return {
    governor: await open(),
    connection,
    openGovernor: open,
    async approve(resolution = 'approve') {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const [approval] = (await client.listPendingApprovals()).items;
        if (approval !== undefined) {
          await client.resolveApproval({ approval_id: approval.approval_id, resolution });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error('Nothing was held.');
    },
    async outcomes() {
      const { items } = await createHallClient({ url, key: auditor.key }).listReceipts();
      return items.flatMap(({ receipt }) => (receipt.outcome == null ? [] : [receipt.outcome.status]));
    },
    heldCalls: async () => (await client.listPendingApprovals()).items.length,
    goDown: () => hall.close(0),
    async close() {
      await Promise.all(opened.map((governor) => governor.close()));
      await hall.close(0).catch(() => {});
    },
  };
}
