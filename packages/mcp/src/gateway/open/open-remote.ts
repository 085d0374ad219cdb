import { sha256 } from '@wcp/spec';
import type { Caller, Gateway } from '../../base/gateway.ts';
import { isObject, ownMember } from '../../base/members.ts';
import type { PinnedTool } from '../../catalog/tool-catalog.ts';
import { createPassedStates } from '../../hold/passed-state.ts';
import { createRequestStates } from '../../hold/request-state.ts';
import { createTaskIds } from '../../hold/task-ids.ts';
import { pinnedDefinition } from '../../tool/tool-record.ts';
import { ClientAsks } from '../client-asks.ts';
import { GovernedCalls, type HeldNotice } from '../governed-calls.ts';
import { governedGateway, type ServedServer } from '../governed-gateway.ts';
import { remoteHall } from '../hall/remote-hall.ts';
import { selfTest } from '../self-test.ts';
import { governedTasks } from '../tasks/governed-tasks.ts';
import { outcomesByCapability } from '../workers/worker-outcomes.ts';
import { WorkerTools } from '../workers/worker-tools.ts';
import { RemoteTools } from './remote-tools.ts';

/** A Hall that runs elsewhere and has the deliveries of its tools, and who calls it. */
export interface RemoteGatewayOptions {
  readonly url: string;
  /** The key of a tenant, and that tenant: the Hall refuses one that is not the key's. */
  readonly key: string;
  readonly tenant_id: string;
  /** The labels of every call (default: `dev`, `INTERNAL`, `medium`, `P2`). */
  readonly labels?: Partial<Pick<ServedServer, 'environment' | 'data_label' | 'tenant_risk' | 'qos_class'>>;
  readonly version: string;
  readonly onHeld?: (notice: HeldNotice) => void;
  /** Milliseconds after which the Hall's registry is read again (default 10,000). */
  readonly interval_ms?: number;
}

/** A gateway before a Hall that runs elsewhere. */
export interface RemoteGateway {
  readonly gateway: Gateway;
  readonly caller: Caller;
  close(): Promise<void>;
}

const LABELS = {
  environment: 'dev',
  data_label: 'INTERNAL',
  tenant_risk: 'medium',
  qos_class: 'P2',
} as const;
const USUAL_INTERVAL_MS = 10_000;

/**
 * Opens a gateway before a Hall that runs elsewhere: it lists the tools that are enrolled there, and has each call decided
 * there. What the client cancels, or loses the connection to, is cancelled at the Hall.
 *
 * @throws {WcpError} `ERR_WCP_MCP_SELF_TEST`; `ERR_WCP_HALL_UNREACHABLE`
 * @throws {HallProblemError} where the key may not read the registry
 * @example
 * import { openRemoteGateway } from '@wcp/mcp';
 *
 * const key = process.env['WCP_HALL_KEY'] ?? '';
 * const remote = await openRemoteGateway({ url: 'http://127.0.0.1:7420', key, tenant_id: 'agent.one', version: '1.0.0' });
 * console.log(await remote.gateway.listTools(remote.caller));
 * await remote.close();
 */
export async function openRemoteGateway(options: RemoteGatewayOptions): Promise<RemoteGateway> {
  const { url, key, tenant_id, version, interval_ms = USUAL_INTERVAL_MS, onHeld = () => {} } = options;
  const labels = { ...LABELS, ...options.labels };
  const hall = remoteHall({ url, key, tenant_id });
  await selfTest({ hall, authority: 'x.local', tools: [], tenant_id });
  const tools = await RemoteTools.open(
    () => hall.records().then((records) => records.flatMap(toolOf)),
    interval_ms,
  );
  const workers = await WorkerTools.open({
    hall,
    labels,
    tenant_id,
    interval_ms,
    taken: () => tools.tools().map(({ shown }) => shown),
    // What is enrolled there is for that Hall to watch: a worker that changed is flagged, and not among these.
    list: async () => (await hall.records()).map((record) => ({ record, is_changed: false })),
  }).catch((error: unknown) => {
    tools.close();
    throw error;
  });
  // The key of the states is the tenant's own: another process with the same key reads them too.
  const secret = Buffer.from(sha256(JSON.stringify(['request states', key])));
  const [states, taskIds] = [createRequestStates({ key: secret }), createTaskIds({ key: secret })];
  // The Hall itself tells of progress, and cancels; nothing else can be linked with a delivery in another process.
  const links = { link: () => () => {} };
  const passedStates = createPassedStates({ key: secret });
  const asks = new ClientAsks({ hall, links });
  const calls = new GovernedCalls({ hall, states, passedStates, asks, taskIds, links, onHeld });
  const servers = { get: () => ({ ...labels, deny: [] }) };
  const gateway = governedGateway({
    server: { name: 'wcp', version },
    calls,
    catalog: tools,
    passed: NOTHING,
    // Tasks of servers are followed to their end where the deliveries are.
    tasks: governedTasks({
      hall,
      ids: taskIds,
      servers: new Map(),
      outcomesOf: outcomesByCapability(tools, workers),
    }),
    servers,
    workers: { tools: workers, labels },
  });
  return {
    gateway,
    caller: { tenant_id, credential: key, key_id: `tenant:${tenant_id}` },
    async close() {
      tools.close();
      await workers.close();
    },
  };
}

const NOTHING = {
  capabilities: {},
  request: async () => ({ kind: 'error', code: -32_601, message: 'This is not offered.' }) as const,
  onListChanged: () => () => {},
  onResourceUpdated: () => () => {},
  useLogLevel: () => {},
};

/** A worker that is enrolled as a tool, with the definition that was pinned; none for any other worker. */
function toolOf(record: Parameters<typeof pinnedDefinition>[0]): PinnedTool[] {
  const definition = pinnedDefinition(record);
  const name = ownMember(definition, 'name');
  if (!isObject(definition) || typeof name !== 'string') return [];
  const { worker_id: id, ext } = record;
  const shown = ownMember(ownMember(ext, 'mcp'), 'shown');
  const alias = id.split('.')[2]?.replace(/^mcp-/, '') ?? '';
  const tool = { id, name, shown: typeof shown === 'string' ? shown : name, alias, definition };
  return [{ ...tool, state: 'enrolled', differences: [], seen_hash: null }];
}
