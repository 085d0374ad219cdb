import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import { type GatewaySettings, readGatewaySettings } from '../../config/gateway-settings.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { readText } from '../folder/read-text.ts';

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
  let text: string | null;
  try {
    text = await readText(file);
    if (text !== null) return parseJson(text);
  } catch (cause) {
    throw new WcpError(
      'ERR_WCP_MCP_CONFIG',
      'mcp.json cannot be read as JSON. Correct it, or bring an earlier one back.',
      { cause },
    );
  }
  const remedy = 'Run `wcp mcp import --write` first, or write one: docs/mcp.md says how.';
  throw new WcpError('ERR_WCP_MCP_CONFIG', `There is no mcp.json in this folder. ${remedy}`);
}
