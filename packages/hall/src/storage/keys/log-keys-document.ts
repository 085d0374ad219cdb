import type { LogKeys } from '@wcp/spec/hall';
import type { HallKeys } from './hall-keys.ts';

/** The keys of a log as the Hall shows them, with the receipts from which all of it follows. */
export async function logKeysDocument(origin: string, keys: HallKeys): Promise<LogKeys> {
  const { next } = keys;
  return {
    origin,
    keys: keys.terms,
    changes: await keys.changes(),
    next: next === null ? null : { key_id: next.keyId, public_key: next.publicKey },
    permit_key: keys.permitKey.publicKey,
  };
}
