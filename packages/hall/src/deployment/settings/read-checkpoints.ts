import { resolve } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { readWitnessKey } from '@wcp/evidence/witness';
import type { CheckpointOptions, TimestampOptions } from '../../checkpoints/checkpoint-options.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { serverFinding } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

/** Bytes of a file of certificates. */
const MAX_BYTES = 1_048_576;

/** Who gets the checkpoints; a file of certificates that cannot be read is added to `findings`. */
export async function readCheckpointSettings(
  { witnesses, timestamps, checkpoint_copies }: ServerSettings,
  dir: string,
  findings: DeploymentFinding[],
): Promise<CheckpointOptions> {
  const authorities: TimestampOptions[] = [];
  for (const [index, { certificates: file, ...authority }] of timestamps.entries()) {
    const certificates = await readPem(resolve(dir, file));
    if (certificates !== null) authorities.push({ ...authority, certificates });
    else {
      const message = `${file} cannot be read, or holds no certificate in PEM.`;
      findings.push(
        serverFinding({ path: `/timestamps/${index}/certificates`, code: 'UNREADABLE', message }),
      );
    }
  }
  return {
    witnesses: witnesses.map(({ key, url }) => ({ key: readWitnessKey(key), url })),
    timestamps: authorities,
    copies: checkpoint_copies.map((place) => ('file' in place ? { file: resolve(dir, place.file) } : place)),
  };
}

async function readPem(file: string): Promise<string | null> {
  try {
    const pem = (await readRegularFile(file, MAX_BYTES, { followsLinks: true })).toString('utf8');
    return pem.includes('-----BEGIN CERTIFICATE-----') ? pem : null;
  } catch {
    return null;
  }
}
