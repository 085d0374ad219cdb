import { parentPort, workerData } from 'node:worker_threads';
import { signingKeyFromPem } from '@wcp/evidence';
import { type RemoteAnswer, type RemoteCall, writeError } from './ledger/remote-call.ts';
import { type Vault, vaultOver } from './ledger/vault.ts';
import { openSqliteStore } from './store/sqlite-store.ts';

/** What the thread is started with. */
export interface VaultThreadData {
  readonly file: string;
  readonly key: string;
  readonly origin: string;
}

/** The thread that signs and writes, so that an fsync never stops the thread that answers requests. */
const port = parentPort;
const { file, key, origin } = workerData as VaultThreadData;
const opening = open();
// What it fails with is told to whoever calls; nobody may have called yet.
opening.catch(() => {});
port?.on('message', (call: RemoteCall) => void answer(call));

async function open(): Promise<Vault> {
  return vaultOver(openSqliteStore(file), { key: signingKeyFromPem(key), origin });
}

async function answer(call: RemoteCall): Promise<void> {
  const reply = await carryOut(call);
  port?.postMessage(reply);
  if (call.part === 'vault' && call.method === 'close') port?.close();
}

async function carryOut({ id, part, method, args }: RemoteCall): Promise<RemoteAnswer> {
  try {
    const vault = await opening;
    const target = (part === 'vault' ? vault : vault[part]) as unknown as Record<string, Method>;
    return { id, value: await target[method]?.(...args) };
  } catch (error) {
    return { id, error: writeError(error) };
  }
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;
