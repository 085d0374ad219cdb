import { parentPort, workerData } from 'node:worker_threads';
import { signingKeyFromPem } from '@wcp/evidence';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { type EvidenceStorage, storageOver } from './evidence-storage.ts';
import { type RemoteAnswer, type RemoteCall, writeError } from './remote-call.ts';

/** What the thread is started with. */
export interface StorageWorkerData extends Omit<LedgerIdentity, 'key' | 'former_keys'> {
  readonly file: string;
  /** In PEM. */
  readonly key: string;
  /** The keys that it replaced: in PEM, or the public half alone in hexadecimal digits. */
  readonly former: readonly string[];
}

/** The thread that signs and writes, so that an fsync never blocks the thread that answers requests. */
const port = parentPort;
const { file, key, former, ...identity } = workerData as StorageWorkerData;
const opening = open();
// Each call is answered with the error; none may have come yet.
opening.catch(() => {});
port?.on('message', (call: RemoteCall) => void answer(call));

async function open(): Promise<EvidenceStorage> {
  const former_keys = former.map((each) => (each.startsWith('-') ? signingKeyFromPem(each) : each));
  const whole = { ...identity, key: signingKeyFromPem(key), former_keys };
  return storageOver(openSqliteStore(file), whole, { isChecked: true });
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
    return { id, value: await target[method]?.(...args) };
  } catch (error) {
    return { id, error: writeError(error) };
  }
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;
