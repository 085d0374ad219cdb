import { readWitnessKey, type WitnessKey } from '@wcp/evidence/witness';
import { z } from 'zod';
import { count, text, url } from './fields.ts';

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

/** The key of a witness, or null. */
function witnessOf(key: string): WitnessKey | null {
  try {
    return readWitnessKey(key);
  } catch {
    return null;
  }
}
