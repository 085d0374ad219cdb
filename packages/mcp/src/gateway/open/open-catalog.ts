import type { Hall } from '@wcp/hall';
import { openToolCatalog } from '../../catalog/open-tool-catalog.ts';
import type { ToolCatalog } from '../../catalog/tool-catalog.ts';
import type { ToolRegistry } from '../../catalog/tool-registry.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import type { CallLinks } from '../../delivery/call-links.ts';
import { redactingDelivery } from '../result/redacting-delivery.ts';
import { resultRules } from '../result/result-rules.ts';
import { floorOf } from './open-passed.ts';
import type { OpenServer } from './open-servers.ts';
import { serverRequests } from './server-requests.ts';

/** What a catalog is opened with. */
export interface CatalogParts {
  readonly settings: Pick<GatewaySettings, 'authority' | 'prefix' | 'longest_name'>;
  readonly servers: readonly OpenServer[];
  readonly registry: ToolRegistry;
  readonly links: CallLinks;
  /** Where the Hall listens; null before that. */
  readonly hallUrl: () => string | null;
  /** Absent where the Hall runs elsewhere, and has the deliveries. */
  readonly hall?: Pick<Hall, 'connect'>;
  /** Names that tools of workers have. */
  readonly reserved?: () => readonly string[];
}

/** Calls that one tool has at a time: a server says by its own limits when it has too many. */
const CONCURRENCY = 64;

/** Opens the catalog of the tools behind a gateway. */
export function openCatalog({
  settings,
  servers,
  registry,
  links,
  hallUrl,
  hall,
  reserved = () => [],
}: CatalogParts): Promise<ToolCatalog> {
  const { authority, prefix, longest_name } = settings;
  const rulesOf = (id: string) => {
    const server = servers.find(({ alias }) => id.startsWith(`${authority}.mcp-${alias}.`));
    return server === undefined ? { patterns: [] } : resultRules(server.settings);
  };
  return openToolCatalog({
    authority,
    prefix,
    longest_name,
    registry,
    reserved,
    servers: servers.map((server) => catalogServer(server, links, hallUrl)),
    interval_ms: Math.min(...servers.map(({ settings: { interval_ms } }) => interval_ms), 3_600_000),
    ...(hall !== undefined && {
      connect: (delivery) =>
        hall.connect({
          delivery: redactingDelivery(delivery, rulesOf(delivery.record.worker_id)),
          limits: { concurrency: CONCURRENCY },
        }),
    }),
  });
}

function catalogServer(server: OpenServer, links: CallLinks, hallUrl: CatalogParts['hallUrl']) {
  const { upstream, settings } = server;
  const { trust, environment, envelope, results, fresh_above, interval_ms, tasks } = settings;
  return {
    upstream,
    blast: { trusts_annotations: trust === 'annotations', floor: floorOf(settings) },
    environments: [environment],
    ...(envelope !== undefined && { envelope }),
    delivery: {
      links,
      passes_tasks: tasks,
      client_requests: serverRequests(server, hallUrl),
      fresh_above,
      max_age_ms: interval_ms,
      ...(results.max_bytes !== undefined && { answer_bytes: results.max_bytes }),
    },
  };
}
