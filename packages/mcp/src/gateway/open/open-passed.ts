import type { Hall } from '@wcp/hall';
import type { ToolRegistry } from '../../catalog/tool-registry.ts';
import type { CallLinks } from '../../delivery/call-links.ts';
import { toolRecord } from '../../tool/tool-record.ts';
import { ruleOf } from '../folder/tool-rules.ts';
import { clientDelivery } from '../methods/client-delivery.ts';
import {
  isClientRequest,
  METHOD_CAPABILITIES,
  type MethodCapability,
  methodCapabilityId,
  methodDefinition,
} from '../methods/method-capabilities.ts';
import { methodDelivery } from '../methods/method-delivery.ts';
import type { PassedServer } from '../methods/passed-requests.ts';
import { redactingDelivery } from '../result/redacting-delivery.ts';
import { resultRules } from '../result/result-rules.ts';
import type { OpenServer } from './open-servers.ts';
import { serverRequests } from './server-requests.ts';

/** What passing is set up with. */
export interface PassingParts {
  readonly authority: string;
  readonly hall: Pick<Hall, 'connect'>;
  readonly registry: ToolRegistry;
  readonly links: CallLinks;
  /** Where the Hall listens; null before that. */
  readonly hallUrl: () => string | null;
}

/** What passes of servers beside tools, and the rules of what was enrolled just now. */
export interface Passing {
  readonly servers: readonly PassedServer[];
  readonly rules: readonly object[];
}

/** Connects and enrols what passes beside tools: that of which the settings of its server say so. */
export async function openPassed(servers: readonly OpenServer[], parts: PassingParts): Promise<Passing> {
  const rules: object[] = [];
  const passed: PassedServer[] = [];
  for (const server of servers) {
    const turnedOn = METHOD_CAPABILITIES.filter(({ setting }) => server.settings[setting]);
    const ids: Record<string, string> = {};
    for (const capability of turnedOn) {
      const id = methodCapabilityId(`${parts.authority}.mcp-${server.alias}`, capability);
      ids[capability.setting] = id;
      // That the operator turned it on is the operator's word that it runs.
      if (await enrolled(id, capability, server, parts)) rules.push(...[ruleOf({ id }, 'run') ?? []].flat());
    }
    passed.push(passedServer(server, ids));
  }
  return { servers: passed, rules };
}

function passedServer({ alias, settings, upstream }: OpenServer, ids: PassedServer['ids']): PassedServer {
  const { environment, data_label, tenant_risk, qos_class } = settings;
  return {
    alias,
    ids,
    environment,
    data_label,
    tenant_risk,
    qos_class,
    capabilities: () => upstream.capabilities,
    onNotification: (listen) => upstream.onNotification(listen),
    useLogLevel: (level) => upstream.useLogLevel(level),
  };
}

/** Connects a capability, and enrols it where it never was; whether it was enrolled now. */
async function enrolled(
  id: string,
  capability: MethodCapability,
  server: OpenServer,
  { hall, registry, links, hallUrl }: PassingParts,
): Promise<boolean> {
  const { settings, upstream } = server;
  const known = (await registry.list()).find(({ record }) => record.worker_id === id)?.record;
  const seen = { definition: methodDefinition(capability), server: upstream.server, source: upstream.source };
  const record =
    known ??
    toolRecord(seen, {
      id,
      shown: capability.segment,
      blast: {
        trusts_annotations: settings.trust === 'annotations',
        ...(settings.blast && { floor: floorOf(settings) }),
      },
      environments: [settings.environment],
      envelope: settings.envelope,
      attested_at: new Date().toISOString(),
    });
  const way = { upstream, capability, record, links };
  const delivery = isClientRequest(capability)
    ? clientDelivery(way)
    : methodDelivery({ ...way, requests: serverRequests(server, hallUrl) });
  await hall.connect({ delivery: redactingDelivery(delivery, resultRules(settings)) });
  if (known === undefined) await registry.enrol(record);
  return known === undefined;
}

/** The dimensions that the operator named. */
export function floorOf({ blast = {} }: OpenServer['settings']) {
  const named = Object.entries(blast).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named) as Record<string, number>;
}
