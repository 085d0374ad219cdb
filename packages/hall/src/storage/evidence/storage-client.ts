import { Worker } from 'node:worker_threads';
import { WcpError } from '@wcp/spec';
import { type SentSource, type StorageIdentity, sentSource } from '../keys/signer-source.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Payloads } from '../payload/eraser.ts';
import type { PostgresSettings } from '../postgres/postgres-settings.ts';
import type { Store } from '../store/store.ts';
import type { EvidenceStorage } from './evidence-storage.ts';
import { type RemoteAnswer, type RemoteCall, readError } from './remote-call.ts';
import type { StorageWorkerData, StorePlace } from './storage-worker.ts';

/** Beside this file in the sources; in the build this file is part of a chunk at the root of `dist`. */
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './storage-worker.ts' : './storage/evidence/storage-worker.js',
  import.meta.url,
);

/** Megabytes for young objects: almost everything lives for one commit, and is then never copied. */
const YOUNG_MB = 64;

/** How a storage that outlives its process is used. */
export interface StorageOptions {
  /** Whether what is stored is checked in the background while the storage is open. True where it is absent. */
  readonly isChecked?: boolean;
}

/**
 * Opens a storage in one SQLite file, in a thread of its own: signing and fsync never block the caller's thread.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the file cannot be opened
 * @example
 * ```ts
 * import { signingKeyFromPem } from '@wcp/evidence';
 * import { openFileStorage } from '@wcp/hall/storage';
 *
 * export async function sizeOf(file: string, pem: string): Promise<number> {
 *   const storage = await openFileStorage(file, { key: signingKeyFromPem(pem), origin: 'hall.example/log' });
 *   const { size } = await storage.ledger.head();
 *   await storage.close();
 *   return size;
 * }
 * ```
 */
export async function openFileStorage(
  file: string,
  identity: StorageIdentity,
  { isChecked = true }: StorageOptions = {},
): Promise<EvidenceStorage> {
  const { data_keys = `${file}.keys` } = identity;
  return openInThread({ file }, { ...identity, data_keys }, isChecked);
}

/**
 * Opens a storage in a schema of a PostgreSQL database, in a thread of its own; see {@link openFileStorage}. The keys of
 * payloads stay in the folder `data_keys`, beside the other keys.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the database cannot be reached, is in use by another Hall, or is not durable
 * @example
 * ```ts
 * import { signingKeyFromPem } from '@wcp/evidence';
 * import { openPostgresStorage } from '@wcp/hall/storage';
 *
 * export async function sizeIn(url: string, pem: string): Promise<number> {
 *   const identity = { key: signingKeyFromPem(pem), origin: 'hall.example/log', data_keys: 'keys/data' };
 *   const storage = await openPostgresStorage({ url, schema: 'wcp' }, identity);
 *   const { size } = await storage.ledger.head();
 *   await storage.close();
 *   return size;
 * }
 * ```
 */
export async function openPostgresStorage(
  postgres: PostgresSettings,
  identity: StorageIdentity & { readonly data_keys: string },
  { isChecked = true }: StorageOptions = {},
): Promise<EvidenceStorage> {
  return openInThread({ postgres }, identity, isChecked);
}

async function openInThread(
  place: StorePlace,
  identity: StorageIdentity,
  isChecked: boolean,
): Promise<EvidenceStorage> {
  const thread = startThread(place, identity, isChecked);
  const ledger = thread.part<Ledger<SentSource>>('ledger', [
    'append',
    'head',
    'checkpoint',
    'proveInclusion',
    'proveConsistency',
    'keys',
    'rotate',
    'revoke',
    'sign',
    'others',
    'storeCheck',
  ]);
  const storage: EvidenceStorage = {
    store: thread.part<Store>('store', ['get', 'list', 'count', 'commit', 'wipe', 'close']),
    ledger: { ...ledger, rotate: (source, at) => ledger.rotate(sentSource(source), at) },
    payloads: thread.part<Payloads>('payloads', ['plan', 'forget', 'work', 'retain', 'lost']),
    copyTo: (copy) => thread.copyTo(copy),
    close: () => thread.close(),
  };
  try {
    await storage.ledger.head();
    return storage;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

function startThread(place: StorePlace, identity: StorageIdentity, isChecked: boolean): StorageWorker {
  const { key, next, ...others } = identity;
  const workerData: StorageWorkerData = {
    ...others,
    place,
    isChecked,
    key: sentSource(key),
    ...(next !== undefined && { next: sentSource(next) }),
  };
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  return new StorageWorker(new Worker(PROGRAM, { workerData, resourceLimits }));
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: WcpError) => void;
}

class StorageWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: RemoteAnswer) => this.#settle(answer));
    worker.on('error', () => this.#end());
    worker.on('exit', () => this.#end());
  }

  part<P>(part: RemoteCall['part'], methods: readonly (keyof P & string)[]): P {
    const call =
      (method: string) =>
      (...args: readonly unknown[]) =>
        this.#call(part, method, args);
    return Object.fromEntries(methods.map((method) => [method, call(method)])) as P;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.#call('storage', 'close', []);
    await exited;
  }

  async copyTo(file: string): Promise<void> {
    await this.#call('storage', 'copyTo', [file]);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #call(part: RemoteCall['part'], method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(gone());
    this.#lastId += 1;
    const call: RemoteCall = { id: this.#lastId, part, method, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      this.#worker.postMessage(call);
    });
  }

  #settle(answer: RemoteAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(readError(answer.error));
    else waiting?.resolve(answer.value);
  }

  #end(): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.values()) reject(gone());
    this.#waiting.clear();
  }
}

function gone(): WcpError {
  return new WcpError('ERR_WCP_STORE', 'The store is closed, or its thread has ended. Start the Hall again.');
}
