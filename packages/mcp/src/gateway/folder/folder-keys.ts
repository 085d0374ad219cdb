import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { generateSigningKey, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import type { Hall } from '@wcp/hall';
import { WcpError } from '@wcp/spec';
import type { Role } from '@wcp/spec/hall';
import { AGENT_TENANT, GATEWAY_LAYOUT } from './layout.ts';
import { writeNew } from './write-file.ts';

/** The keys of a new Hall: whoever asks must not be who approves, from the first minute. */
const KEYS: readonly {
  readonly file: string;
  readonly label: string;
  readonly roles: readonly Role[];
  readonly tenant_id: string | null;
}[] = [
  { file: GATEWAY_LAYOUT.operator, label: 'operator', roles: ['admin'], tenant_id: null },
  { file: GATEWAY_LAYOUT.agent, label: 'agent', roles: ['tenant'], tenant_id: AGENT_TENANT },
  { file: GATEWAY_LAYOUT.steward, label: 'steward', roles: ['steward'], tenant_id: null },
];

const MAX_KEY_FILE = 65_536;

/**
 * Creates the first keys of a Hall without any, each in a file for its owner alone: their text is shown nowhere, because
 * clients keep what a server writes.
 *
 * @returns the files that were created
 */
export async function createFolderKeys(dir: string, hall: Hall): Promise<string[]> {
  if (!hall.identity.isOpen) return [];
  const created: string[] = [];
  for (const { file, label, roles, tenant_id } of KEYS) {
    const { key } = await hall.identity.keys.create({ label, roles: [...roles], tenant_id });
    if (!(await writeNew(join(dir, file), `${key}\n`))) throw taken(file);
    created.push(file);
  }
  return created;
}

function taken(file: string): WcpError {
  return new WcpError(
    'ERR_WCP_MCP_CONFIG',
    `${file} is there already, and the Hall of this folder has no key. Move it away and start again.`,
  );
}

/** A key of the folder; null where the file is not there. */
export async function readFolderKey(dir: string, file: string): Promise<string | null> {
  const bytes = await readRegularFile(join(dir, file), MAX_KEY_FILE).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return bytes === null ? null : new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
}

/** The secret that states of held calls are sealed with, which outlives a restart. */
export async function stateKey(dir: string): Promise<Uint8Array> {
  await writeNew(join(dir, GATEWAY_LAYOUT.states), `${randomBytes(32).toString('hex')}\n`);
  return Buffer.from((await readFolderKey(dir, GATEWAY_LAYOUT.states)) ?? '', 'hex');
}

/** The key of the authority of this folder's tools; created at the first start. */
export async function authorityKey(dir: string): Promise<SigningKey> {
  const created = generateSigningKey();
  await writeNew(join(dir, GATEWAY_LAYOUT.authority), created.exportPrivatePem());
  return signingKeyFromPem((await readFolderKey(dir, GATEWAY_LAYOUT.authority)) ?? '');
}
