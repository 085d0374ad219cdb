import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { inspectPostgres } from '../../storage/postgres/inspect-postgres.ts';
import type { PostgresSettings } from '../../storage/postgres/postgres-settings.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { exists } from './signing-key-file.ts';

/**
 * Whether the Hall of a folder has evidence, in its file or in its database: what has evidence gets no new keys.
 *
 * @throws {DeploymentError} where the database cannot be asked
 */
export async function hasEvidence(dir: string, postgres: PostgresSettings | undefined): Promise<boolean> {
  if (postgres === undefined) return exists(join(dir, LAYOUT.store));
  try {
    return (await inspectPostgres(postgres)).hasEvidence;
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    const finding = {
      file: LAYOUT.server,
      path: '/store/postgres',
      code: 'STORE_UNUSABLE',
      message: error.message,
    };
    throw new DeploymentError([finding], { cause: error });
  }
}
