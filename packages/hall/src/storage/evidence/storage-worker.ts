import { parentPort, workerData } from 'node:worker_threads';
import { receivedSource, type SentSource, type StorageIdentity } from '../keys/signer-source.ts';
import { openCurrentStore } from '../migration/open-current-store.ts';
import type { PostgresSettings } from '../postgres/postgres-settings.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { type EvidenceStorage, storageOver } from './evidence-storage.ts';
import { type RemoteAnswer, type RemoteCall, writeError } from './remote-call.ts';

/** Where a store is. */
export type StorePlace = { readonly file: string } | { readonly postgres: PostgresSettings };

/** What the thread is started with. */
export interface StorageWorkerData extends Omit<StorageIdentity, 'key' | 'next'> {
  readonly place: StorePlace;
  readonly key: SentSource;
  readonly next?: SentSource;
  readonly isChecked: boolean;
}

/** The thread that signs and writes, so that an fsync never blocks the thread that answers requests. */
const port = parentPort;
const { place, key, next, isChecked, ...identity } = workerData as StorageWorkerData;
const opening = open();
// Each call is answered with the error; none may have come yet.
opening.catch(() => {});
port?.on('message', (call: RemoteCall) => void answer(call));

async function open(): Promise<EvidenceStorage> {
  const whole = {
    ...identity,
    key: receivedSource(key),
    ...(next !== undefined && { next: receivedSource(next) }),
  };
  const store =
    'file' in place ? await openCurrentStore(place.file, whole) : await openPostgresStore(place.postgres);
  return storageOver(store, whole, { isChecked });
}

async function answer(call: RemoteCall): Promise<void> {
  const reply = await carryOut(call);
  port?.postMessage(reply);
  if (call.part === 'storage' && call.method === 'close') port?.close();
}

async function carryOut({ id, part, method, args }: RemoteCall): Promise<RemoteAnswer> {
  try {
    const storage = await opening;
    const target = (part === 'storage' ? storage : storage[part]) as unknown as Record<string, Method>;
    const given = method === 'rotate' ? [receivedSource(args[0] as SentSource), ...args.slice(1)] : args;
    return { id, value: await target[method]?.(...given) };
  } catch (error) {
    return { id, error: writeError(error) };
  }
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;
