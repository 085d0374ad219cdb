import { resolve } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import { readWitnessKey, type WitnessKey } from '@wcp/evidence/witness';
import { z } from 'zod';
import type { CheckpointOptions, TimestampOptions } from '../../checkpoints/checkpoint-options.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { count, text, url } from './fields.ts';
import { serverFinding } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

const WITNESS = 'A witness is {"key": …, "url": …}.';
const KEY = 'key must be what `wcp witness init` printed: <name>+<8 hexadecimal digits>+<base64>.';
const TIMESTAMP =
  'An authority of timestamps is {"url": …, "certificates": <file>}, and every_seconds if you want.';
const CERTIFICATES = 'certificates must be a PEM file, relative to this file.';
const EVERY = 'every_seconds must be from 60 to 604800.';
const COPY = 'A copy is {"file": …} or {"url": …}.';
const FILE = 'file must be a file to add checkpoints to, relative to this file.';

/** The witnesses of `server.json`. */
export const witnessesSchema = z.array(
  z.strictObject({ key: z.string(KEY).refine((key) => witnessOf(key) !== null, KEY), url }, WITNESS),
  'witnesses must be a list.',
);

/** Its authorities of timestamps. */
export const timestampsSchema = z.array(
  z.strictObject(
    { url, certificates: text(CERTIFICATES), every_seconds: count(EVERY, 604_800, 60).exactOptional() },
    TIMESTAMP,
  ),
  'timestamps must be a list.',
);

/** Where its checkpoints are added to. */
export const copiesSchema = z.array(
  z.union([z.strictObject({ file: text(FILE) }), z.strictObject({ url })], COPY),
  'checkpoint_copies must be a list.',
);

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

function witnessOf(key: string): WitnessKey | null {
  try {
    return readWitnessKey(key);
  } catch {
    return null;
  }
}
