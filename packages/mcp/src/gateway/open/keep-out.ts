import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { WcpError } from '@wcp/spec';
import type { StdioSettings } from '../../upstream/settings.ts';

/**
 * Checks that a server with an envelope sees nothing of the folder of its gateway, where the keys are: whoever reads the
 * steward's could approve its own calls.
 *
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG`
 */
export async function keepOutOf(dir: string, { envelope, binds = [] }: StdioSettings): Promise<void> {
  if (envelope === undefined) return;
  const places = [...(envelope.filesystem_writes ?? []), ...binds.map(({ from }) => from)];
  const own = await realOf(dir);
  for (const place of places) {
    const real = await realOf(place);
    if (!isWithin(own, real) && !isWithin(real, own)) continue;
    throw new WcpError(
      'ERR_WCP_MCP_CONFIG',
      `It may touch ${JSON.stringify(place)}, where the keys of this gateway are (${JSON.stringify(dir)}). Name a folder below it that does not hold them, or put the gateway elsewhere with --dir.`,
    );
  }
}

/** A folder that is not there yet is where it will be. */
function realOf(place: string): Promise<string> {
  return realpath(place).catch(() => place);
}

function isWithin(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
