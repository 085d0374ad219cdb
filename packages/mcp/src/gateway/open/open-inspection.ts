import { join } from 'node:path';
import { createHallClient } from '@wcp/client';
import { openDeployment } from '@wcp/hall';
import { type Sha256, WcpError } from '@wcp/spec';
import type { PinnedTool } from '../../catalog/tool-catalog.ts';
import { clientToolRegistry, hallToolRegistry, type ToolRegistry } from '../../catalog/tool-registry.ts';

import { CallLinks } from '../../delivery/call-links.ts';
import { authorityKey, createFolderKeys, readFolderKey } from '../folder/folder-keys.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { WORKERS_ALIAS } from '../workers/inspected-workers.ts';
import { WorkerInspection } from '../workers/worker-inspection.ts';
import { Closing } from './closing.ts';
import { addRulesTo, rulesFor } from './enrol-first.ts';
import { openCatalog } from './open-catalog.ts';
import type { OpenGatewayOptions } from './open-gateway-options.ts';
import { type FailedServer, openServers } from './open-servers.ts';
import { readSettingsFile } from './read-settings.ts';
import { findRunning } from './running-gateway.ts';
import { reachOf, type ServerReach } from './server-reach.ts';

/** The tools of a folder's servers as they are now, compared with what is enrolled. */
export interface GatewayInspection {
  readonly tools: readonly PinnedTool[];
  /** What each server may touch that runs. */
  readonly reach: readonly ServerReach[];
  readonly failed: readonly FailedServer[];
  /** Whether a gateway has the folder now; it sees by itself what is enrolled. */
  readonly isRunning: boolean;
  /**
   * Enrols a tool as it was seen, and writes its rule where it has none.
   *
   * @throws {WcpError} `ERR_WCP_MCP_REFUSED` where it is another by now
   */
  enrol(tool: PinnedTool): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the servers of a folder once more and looks at their tools; whether or not a gateway runs there.
 *
 * @example
 * import { inspectGateway } from '@wcp/mcp';
 *
 * const inspection = await inspectGateway({ dir: 'gateway', env: process.env, log: console.error });
 * for (const { id, state } of inspection.tools) console.log(id, state);
 * await inspection.close();
 */
export async function inspectGateway(
  options: Pick<OpenGatewayOptions, 'dir' | 'env' | 'log' | 'onServerLog'>,
): Promise<GatewayInspection> {
  const { dir, env, onServerLog: onLog = () => {} } = options;
  const settings = await readSettingsFile(dir);
  const closing = new Closing();
  try {
    const { registry, isRunning } = await registryOf(options, closing);
    // A list of its own: the one of a running gateway says which processes that one started.
    const process_list = join(dir, `inspection-${process.pid}.json`);
    const { opened, failed } = await openServers(settings, { dir, env, process_list, onLog });
    for (const { upstream } of opened) closing.add(() => upstream.close());
    const catalog = await openCatalog({
      settings,
      servers: opened,
      registry,
      links: new CallLinks(),
      hallUrl: () => null,
    });
    closing.add(() => catalog.close());
    const workers = await WorkerInspection.open(dir, settings, registry);
    return {
      get tools() {
        return [...catalog.tools(), ...workers.tools];
      },
      reach: opened.map(reachOf),
      failed,
      isRunning,
      async enrol({ id, alias, seen_hash }) {
        if (alias === WORKERS_ALIAS) return workers.enrol(id, seen_hash);
        if (seen_hash === null)
          throw new WcpError('ERR_WCP_MCP_REFUSED', 'Its server does not list this tool.');
        await catalog.enrol(id, seen_hash as Sha256);
        const ofServer = opened.find((each) => each.alias === alias);
        const servers = new Map(ofServer === undefined ? [] : [[alias, ofServer.settings]]);
        await addRulesTo(dir, rulesFor([id], catalog.tools(), servers));
      },
      close: () => closing.close(),
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

interface Registered {
  readonly registry: ToolRegistry;
  readonly isRunning: boolean;
}

async function registryOf(
  { dir, env, log }: Pick<OpenGatewayOptions, 'dir' | 'env' | 'log'>,
  closing: Closing,
): Promise<Registered> {
  const running = await findRunning(dir);
  const key = await authorityKey(dir);
  if (running !== null) {
    const operator = await readFolderKey(dir, GATEWAY_LAYOUT.operator);
    const client = createHallClient({ url: running.hall_url, key: operator ?? env['WCP_HALL_KEY'] ?? '' });
    return { registry: clientToolRegistry(client, key), isRunning: true };
  }
  const { hall, close } = await openDeployment(dir, { env, keys: 'none', listens: false, log });
  closing.add(() => close());
  await createFolderKeys(dir, hall);
  return { registry: hallToolRegistry(hall, key), isRunning: false };
}
