import type { ToolCatalog } from '../../catalog/tool-catalog.ts';
import type { ToolRegistry } from '../../catalog/tool-registry.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import { AGENT_TENANT } from '../folder/layout.ts';
import type { HallPort } from '../hall/hall-port.ts';
import { isChanged, readWorkerPackages } from '../workers/worker-packages.ts';
import { WorkerTools } from '../workers/worker-tools.ts';

/** What the tools of a folder's workers are opened with. */
export interface OpenWorkersParts {
  readonly dir: string;
  readonly settings: Pick<GatewaySettings, 'workers'>;
  readonly registry: Pick<ToolRegistry, 'list'>;
  readonly port: HallPort;
  readonly catalog: Pick<ToolCatalog, 'tools'>;
}

/** Opens the tools of the workers in the Hall of a folder. */
export function openWorkers({
  dir,
  settings,
  registry,
  port,
  catalog,
}: OpenWorkersParts): Promise<WorkerTools> {
  const { interval_ms, deny } = settings.workers;
  return WorkerTools.open({
    hall: port,
    labels: settings.workers,
    tenant_id: AGENT_TENANT,
    interval_ms,
    deny,
    taken: () => catalog.tools().map(({ shown }) => shown),
    async list() {
      const packages = await readWorkerPackages(dir);
      return (await registry.list()).map(({ record, is_out }) => ({
        record,
        is_changed: is_out || isChanged(record, packages.get(record.worker_id)),
      }));
    },
  });
}
