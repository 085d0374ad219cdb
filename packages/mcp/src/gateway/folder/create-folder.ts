import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { AGENT_TENANT, GATEWAY_LAYOUT } from './layout.ts';
import { writeNew } from './write-file.ts';

/**
 * Creates what a Hall before MCP servers needs: rules that allow nothing yet, a configuration that knows one tenant, and
 * a port of its own. What exists stays as it is.
 *
 * @param settings what `mcp.json` says where there is none
 * @param workers what `server.json` says of workers where there is none
 * @returns the files that were created
 */
export async function createFolder(
  dir: string,
  settings: object,
  workers: readonly object[] = [],
): Promise<string[]> {
  const files: readonly (readonly [string, object])[] = [
    [GATEWAY_LAYOUT.rules, { rules: [] }],
    [GATEWAY_LAYOUT.config, CONFIG],
    [GATEWAY_LAYOUT.server, await serverSettings(workers)],
    [GATEWAY_LAYOUT.settings, settings],
  ];
  const created: string[] = [];
  for (const [name, document] of files) {
    if (await writeNew(join(dir, name), `${JSON.stringify(document, null, 2)}\n`)) created.push(name);
  }
  return created;
}

const CONFIG = {
  policy_version: 'policy.mcp.1',
  require_signatory: true,
  allowed_tenants: [AGENT_TENANT],
  require_worker_attestation: true,
  enforce_privilege_envelopes: true,
};

/** The port stays the same, so that links and clients do. */
async function serverSettings(workers: readonly object[]): Promise<object> {
  return {
    origin: `localhost/wcp-${randomBytes(4).toString('hex')}`,
    host: '127.0.0.1',
    port: await freePort(),
    ...(workers.length > 0 && { workers }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
