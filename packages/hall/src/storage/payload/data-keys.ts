import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { readRegularFileSync } from '@wcp/evidence/file';
import { WcpError } from '@wcp/spec';
import { boundedCache } from '../../base/bounded-cache.ts';
import { DATA_KEY_LENGTH, DataKey } from './data-key.ts';

/** The keys of the payloads, one for each tenant; null stands for requests in which no tenant could be read. */
export interface DataKeys {
  /**
   * The key of a tenant, made where there is none: durable before it is used.
   *
   * @throws {WcpError} `ERR_WCP_STORE` where it cannot be read or written
   */
  of(tenant_id: string | null): DataKey;
  /** The key of a tenant; null where there is none. @throws {WcpError} `ERR_WCP_STORE` where it cannot be read */
  find(tenant_id: string | null): DataKey | null;
  /** Reads every key again when it is needed: others may have removed some. */
  recall(): void;
  /** Removes a key for good; one that another key has replaced is gone already. */
  destroy(tenant_id: string | null, key_id: string): void;
  /** Removes every key for good. @throws {WcpError} `ERR_WCP_STORE` where one cannot be removed */
  destroyAll(): void;
}

/** Keys that are remembered; the others are read when they are needed. */
const CACHE_SIZE = 10_000;
/** A key is one short document; a longer file is none. */
const MAX_LENGTH = 4_096;
/** The stream of requests without a readable tenant; no tenant can have this name. */
const NO_TENANT = '(none)';

/** Keys that live as long as the process, for a store that does. */
export function createDataKeys(): DataKeys {
  const keys = new Map<string | null, DataKey>();
  const find = (tenant_id: string | null) => keys.get(tenant_id) ?? null;
  return {
    find,
    of(tenant_id) {
      const key = find(tenant_id) ?? DataKey.generate();
      keys.set(tenant_id, key);
      return key;
    },
    destroy(tenant_id, key_id) {
      if (find(tenant_id)?.id === key_id) keys.delete(tenant_id);
    },
    destroyAll: () => keys.clear(),
    // Nobody else has them.
    recall: () => {},
  };
}

/** Keys in a folder outside the store, a file for each tenant: a copy of the store alone says nothing. */
export function openDataKeys(dir: string): DataKeys {
  return new DataKeyFolder(dir);
}

class DataKeyFolder implements DataKeys {
  readonly #dir: string;
  readonly #known = boundedCache<string, DataKey>(CACHE_SIZE);

  constructor(dir: string) {
    this.#dir = dir;
  }

  of(tenant_id: string | null): DataKey {
    return this.find(tenant_id) ?? this.#create(tenant_id ?? NO_TENANT);
  }

  find(tenant_id: string | null): DataKey | null {
    const tenant = tenant_id ?? NO_TENANT;
    const known = this.#known.get(tenant);
    if (known !== undefined) return known;
    const key = this.#read(tenant);
    if (key !== null) this.#known.set(tenant, key);
    return key;
  }

  recall(): void {
    this.#known.clear();
  }

  destroy(tenant_id: string | null, key_id: string): void {
    const tenant = tenant_id ?? NO_TENANT;
    if (this.find(tenant_id)?.id !== key_id) return;
    this.#known.delete(tenant);
    this.#durably(() => {
      overwrite(this.#fileOf(tenant));
      rmSync(this.#fileOf(tenant));
    });
  }

  destroyAll(): void {
    if (!existsSync(this.#dir)) return;
    this.#known.clear();
    this.#durably(() => {
      for (const name of readdirSync(this.#dir)) {
        overwrite(join(this.#dir, name));
        rmSync(join(this.#dir, name));
      }
    });
  }

  #create(tenant: string): DataKey {
    const key = DataKey.generate();
    const file = this.#fileOf(tenant);
    const content = { tenant_id: tenant, key_id: key.id, key: key.secret.toString('base64') };
    this.#durably(() => {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      rmSync(`${file}.tmp`, { force: true });
      writeDurably(`${file}.tmp`, `${JSON.stringify(content)}\n`, 'wx');
      renameSync(`${file}.tmp`, file);
    });
    this.#known.set(tenant, key);
    return key;
  }

  #read(tenant: string): DataKey | null {
    try {
      const text = readRegularFileSync(this.#fileOf(tenant), MAX_LENGTH).toString('utf8');
      const { tenant_id, key_id, key } = Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
      const read = new DataKey(Buffer.from(String(key), 'base64'));
      if (tenant_id === tenant && key_id === read.id && read.secret.length === DATA_KEY_LENGTH) return read;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw unusable(error);
    }
    throw unusable();
  }

  /** The name of a tenant may be anything; the name of its file is none of that. */
  #fileOf(tenant: string): string {
    return join(this.#dir, `${createHash('sha256').update(tenant).digest('hex').slice(0, 32)}.json`);
  }

  /** Does something to the files, and resolves once the folder says so after a power cut as well. */
  #durably(change: () => void): void {
    try {
      change();
      const folder = openSync(this.#dir, 'r');
      fsyncSync(folder);
      closeSync(folder);
    } catch (cause) {
      throw new WcpError(
        'ERR_WCP_STORE',
        'A data key cannot be written beside the key of the log. Allow the Hall to write there, or free space.',
        { cause },
      );
    }
  }
}

/** Where the file system keeps the place of a file, nothing of the key stays there. */
function overwrite(file: string): void {
  writeDurably(file, '\0'.repeat(MAX_LENGTH), 'r+');
}

function writeDurably(file: string, text: string, flags: 'wx' | 'r+'): void {
  const handle = openSync(file, flags, 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function unusable(cause?: unknown): WcpError {
  const message =
    'A data key is damaged, or belongs to another tenant. Restore the folder of data keys from a backup; without it, what the key encrypted cannot be read.';
  return new WcpError('ERR_WCP_STORE', message, { cause });
}
