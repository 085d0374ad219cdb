import type { DataLabel, Env, QosClass, TenantRisk } from '@wcp/spec/document';
import { type EmbeddedHall, embeddedHall } from '../hall/embedded-hall.ts';
import { openRemoteHall, type RemoteHallOptions } from '../hall/remote-hall.ts';
import type { AgentTool } from '../tool/agent-tool.ts';
import { toolId } from '../tool/tool-record.ts';
import type { Governor } from './governor.ts';
import { HallGovernor } from './hall-governor.ts';

/** An agent and its Hall. */
export interface GovernorOptions {
  /** A Hall that runs elsewhere, or one in this process, made with `createHall` of `@wcp/hall`. */
  readonly hall: RemoteHallOptions | EmbeddedHall;
  /** In whose name the tools are enrolled: `org.<name>` or `x.<name>`. */
  readonly authority: string;
  /** The name of the agent: 1 to 24 of `a-z`, `0-9` and `-`. A tool has the id `<authority>.<agent>.<tool>`. */
  readonly agent: string;
  /** The tenant that the agent asks as. */
  readonly tenant_id: string;
  /** Where the calls run (default `dev`). */
  readonly env?: Env;
  /** The label of the data that the tools are given (default `INTERNAL`). */
  readonly data_label?: DataLabel;
  /** Default `medium`. */
  readonly tenant_risk?: TenantRisk;
  /** Default `P2`. */
  readonly qos_class?: QosClass;
  /** Milliseconds that the Hall may take until it has decided and started a call (default 10,000). */
  readonly decision_timeout_ms?: number;
  readonly tools?: readonly AgentTool[];
}

/**
 * Puts the tools of an agent before a Hall: each call is decided, runs in this process with a permit, and leaves
 * receipts. Without a decision nothing runs, and there is no other way to a tool.
 *
 * @throws {WcpError} `ERR_WCP_AGENT` for options that no agent has
 * @throws {HallProblemError | WcpError} where the Hall cannot be reached, or does not enrol the tools
 * @example
 * import { openGovernor } from '@wcp/agents';
 *
 * const governor = await openGovernor({
 *   hall: { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' },
 *   authority: 'x.acme',
 *   agent: 'helper',
 *   tenant_id: 'acme',
 *   tools: [{ name: 'add', run: ({ a, b }) => a + b }],
 * });
 * const outcome = await governor.call('add', { a: 1, b: 2 });
 * console.log(outcome.kind === 'result' ? outcome.result : outcome);
 * await governor.close();
 */
export async function openGovernor(options: GovernorOptions): Promise<Governor> {
  const { hall, authority, agent, tenant_id, decision_timeout_ms = 10_000, tools = [] } = options;
  const { env = 'dev', data_label = 'INTERNAL', tenant_risk = 'medium', qos_class = 'P2' } = options;
  const settings = { authority, agent, environments: [env] };
  toolId('any', settings);
  const port =
    'dispatch' in hall ? embeddedHall(hall, tenant_id) : await openRemoteHall(hall, decision_timeout_ms);
  const labels = { env, data_label, tenant_risk, qos_class };
  const governor = new HallGovernor({ hall: port, settings, tenant_id, labels, decision_timeout_ms });
  try {
    for (const tool of tools) governor.govern(tool);
    await governor.ready();
  } catch (error) {
    await governor.close();
    throw error;
  }
  return governor;
}
