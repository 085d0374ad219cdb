import { openDeployment } from '@wcp/hall';
import { CallLinks } from '../../delivery/call-links.ts';
import { createFolder } from '../folder/create-folder.ts';
import { createFolderKeys } from '../folder/folder-keys.ts';
import { linkedDelivery } from '../workers/linked-delivery.ts';
import { assembleGateway } from './assemble-gateway.ts';
import { Closing } from './closing.ts';
import type { OpenGateway, OpenGatewayOptions } from './open-gateway-options.ts';
import { readSettingsFile } from './read-settings.ts';

/**
 * Opens the gateway of a folder: its Hall, its servers and its faces over HTTP. It does not open where it cannot prove
 * that it denies what it must.
 *
 * @throws {WcpError} `ERR_WCP_MCP_SELF_TEST`, `ERR_WCP_MCP_CONFIG`
 * @throws {DeploymentError} where the Hall of the folder cannot be opened
 * @example
 * import { openGateway } from '@wcp/mcp';
 *
 * const gateway = await openGateway({ dir: 'gateway', env: process.env, version: '1.0.0', log: console.error });
 * console.log(gateway.catalog.tools().length, gateway.urls?.hall);
 * await gateway.close();
 */
export async function openGateway(options: OpenGatewayOptions): Promise<OpenGateway> {
  const { dir, settings: initial = { servers: {} }, workers = [], env, log } = options;
  const files = await createFolder(dir, initial, workers);
  const settings = await readSettingsFile(dir);
  const links = new CallLinks();
  const { hall, close: closeHall } = await openDeployment(dir, {
    env,
    keys: 'none',
    listens: false,
    offersApprovalTools: settings.steward && options.listens !== false,
    around: (delivery) => linkedDelivery(delivery, links),
    log,
  });
  const closing = new Closing();
  closing.add(() => closeHall());
  try {
    const keys = await createFolderKeys(dir, hall);
    return await assembleGateway({ options, settings, hall, links, closing, created: [...files, ...keys] });
  } catch (error) {
    await closing.close();
    throw error;
  }
}
