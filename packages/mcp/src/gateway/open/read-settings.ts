import { join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { WcpError } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import { type GatewaySettings, readGatewaySettings } from '../../config/gateway-settings.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';

const MAX_LENGTH = 4 * 1_048_576;
const MAX_FINDINGS = 10;

/**
 * The settings in the folder of a gateway.
 *
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` with everything that is wrong
 */
export async function readSettingsFile(dir: string): Promise<GatewaySettings> {
  const reading = readGatewaySettings(await readJson(join(dir, GATEWAY_LAYOUT.settings)));
  if (reading.ok) return reading.settings;
  const told = reading.findings
    .slice(0, MAX_FINDINGS)
    .map(({ path, message }) => `${path} ${message}`.trim());
  throw new WcpError('ERR_WCP_MCP_CONFIG', `mcp.json is not valid: ${told.join(' ')}`);
}

async function readJson(file: string): Promise<unknown> {
  try {
    const bytes = await readRegularFile(file, MAX_LENGTH);
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isAbsent ? 'There is no mcp.json in this folder.' : 'mcp.json cannot be read as JSON.';
    const remedy = isAbsent ? ' Run `wcp mcp import --write` first, or write one: docs/mcp.md says how.' : '';
    throw new WcpError('ERR_WCP_MCP_CONFIG', `${why}${remedy}`, { cause });
  }
}
