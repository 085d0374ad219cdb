import { WcpError } from '@wcp/spec';
import type { PinnedTool } from '../../catalog/tool-catalog.ts';
import type { ToolRegistry } from '../../catalog/tool-registry.ts';
import type { GatewaySettings } from '../../config/gateway-settings.ts';
import { addRulesTo } from '../open/enrol-first.ts';
import { attestedRecord, workerRules } from './enrol-workers.ts';
import { inspectedWorkers } from './inspected-workers.ts';
import { packageStateHash, readWorkerPackages } from './worker-packages.ts';

/** The workers of a folder beside what is enrolled of them, for an operator. */
export class WorkerInspection {
  readonly #dir: string;
  readonly #settings: Pick<GatewaySettings, 'workers'>;
  readonly #registry: ToolRegistry;
  #tools: readonly PinnedTool[] = [];

  private constructor(dir: string, settings: Pick<GatewaySettings, 'workers'>, registry: ToolRegistry) {
    this.#dir = dir;
    this.#settings = settings;
    this.#registry = registry;
  }

  static async open(
    dir: string,
    settings: Pick<GatewaySettings, 'workers'>,
    registry: ToolRegistry,
  ): Promise<WorkerInspection> {
    const inspection = new WorkerInspection(dir, settings, registry);
    await inspection.#look();
    return inspection;
  }

  get tools(): readonly PinnedTool[] {
    return this.#tools;
  }

  /**
   * Enrols a worker as it was seen, and writes the rules of its capabilities where they have none: they wait for a
   * steward, unless the settings name them.
   *
   * @throws {WcpError} `ERR_WCP_MCP_REFUSED` where it is another by now
   */
  async enrol(worker_id: string, seen_hash: string | null): Promise<void> {
    const now = (await readWorkerPackages(this.#dir)).get(worker_id);
    if (now === undefined || packageStateHash(now) !== seen_hash)
      throw new WcpError(
        'ERR_WCP_MCP_REFUSED',
        'The worker is another by now. Look at the difference again.',
      );
    const record = attestedRecord(now, new Date().toISOString());
    await this.#registry.enrol(record);
    await addRulesTo(this.#dir, workerRules([record], this.#settings.workers, new Map()));
    await this.#look();
  }

  async #look(): Promise<void> {
    const enrolled = await this.#registry.list();
    this.#tools = inspectedWorkers(await readWorkerPackages(this.#dir), enrolled);
  }
}
