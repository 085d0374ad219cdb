import { WcpError } from '@wcp/spec';
import { type EvidenceStorage, openMemoryStorage } from '../storage/evidence/evidence-storage.ts';
import { openFileStorage, openPostgresStorage } from '../storage/evidence/storage-client.ts';
import type { StorageIdentity } from '../storage/keys/signer-source.ts';
import type { HallOptions } from './hall-options.ts';

/**
 * Opens the storage where the options say; in memory where they name no place.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where it cannot be opened, `ERR_WCP_HALL` where they contradict each other
 */
export async function openStorage(
  { file, postgres }: HallOptions,
  identity: StorageIdentity,
): Promise<EvidenceStorage> {
  if (file !== undefined && postgres !== undefined) {
    throw new WcpError(
      'ERR_WCP_HALL',
      'A Hall stores in a file or in a database: give one of file and postgres.',
    );
  }
  if (file !== undefined) return openFileStorage(file, identity);
  if (postgres === undefined) return openMemoryStorage(identity);
  const { data_keys } = identity;
  if (data_keys !== undefined) return openPostgresStorage(postgres, { ...identity, data_keys });
  throw new WcpError(
    'ERR_WCP_HALL',
    'A Hall with a database needs data_keys, the folder of the keys of payloads.',
  );
}

/** Whether what is stored outlives the process. */
export function isDurable({ file, postgres }: HallOptions): boolean {
  return file !== undefined || postgres !== undefined;
}
