import type { HallClient } from '@wcp/client';
import type { SigningKey } from '@wcp/evidence';
import type { Hall } from '@wcp/hall';
import { authorityOf, canonicalJson, type RegistryRecord } from '@wcp/spec';

/** A tool as a registry has it. */
export interface RegisteredTool {
  readonly record: RegistryRecord;
  /** Counts the enrolments of it. */
  readonly version: number;
  /** Whether it was seen to be another, and gets no call until its authority enrols it again. */
  readonly is_out: boolean;
}

/** Where tools are enrolled. */
export interface ToolRegistry {
  list(): Promise<readonly RegisteredTool[]>;
  /** What is enrolled now; null for nothing. Absent where that is not known at once. */
  get?(id: string): RegisteredTool | null;
  /** Enrols tools of one authority: in a Hall of this process all of them or none, elsewhere one after another. */
  enrol(...records: readonly RegistryRecord[]): Promise<void>;
}

/** Flags that only the authority of a worker takes off it. */
const OUT: ReadonlySet<unknown> = new Set(['DENY_WORKER_TAMPERED', 'DENY_WORKER_BANNED']);

/**
 * The registry of a Hall in this process.
 *
 * @param key of the tools' authority: only what it signs takes the flag of a changed tool off
 * @example
 * import { hallToolRegistry } from '@wcp/mcp';
 * import { createHall } from '@wcp/hall';
 * import { generateSigningKey } from '@wcp/evidence';
 *
 * const registry = hallToolRegistry(await createHall(), generateSigningKey());
 * console.log((await registry.list()).length); // 0
 */
export function hallToolRegistry(hall: Hall, key: SigningKey): ToolRegistry {
  const { registry, log } = hall;
  return {
    list: async () => registry.list().map(registered),
    get(id) {
      const worker = registry.get(id);
      return worker === null ? null : registered(worker);
    },
    async enrol(...records) {
      const authorities = new Set(records.map(({ worker_id }) => authorityOf(worker_id) ?? ''));
      for (const authority of authorities) await registry.addAuthorityKey(authority, key.publicKey);
      await registry.enrolAll(
        records.map((record) => ({ record, signature: sign(record, log.origin, key) })),
      );
    },
  };
}

/**
 * The registry of a Hall that runs elsewhere, with the key of a worker-owner or an admin.
 *
 * @param key of the tools' authority, which the Hall knows already; without it, a changed tool keeps its flag
 * @example
 * import { clientToolRegistry } from '@wcp/mcp';
 * import { createHallClient } from '@wcp/client';
 *
 * const client = createHallClient({ url: 'http://127.0.0.1:8420', key: process.env['WCP_KEY'] ?? '' });
 * console.log((await clientToolRegistry(client).list()).length);
 */
export function clientToolRegistry(client: HallClient, key?: SigningKey): ToolRegistry {
  return {
    async list() {
      const tools: RegisteredTool[] = [];
      for await (const worker of client.items('listWorkers')) tools.push(registered(worker));
      return tools;
    },
    async enrol(...records) {
      const origin = key === undefined ? '' : (await client.showLog()).origin;
      for (const record of records) {
        const signature = key === undefined ? null : sign(record, origin, key);
        await client.enrolWorker({ record, signature });
      }
    },
  };
}

function registered(worker: {
  readonly record: RegistryRecord;
  readonly version: number;
  readonly flag: { readonly code: string } | null;
}): RegisteredTool {
  const { record, version, flag } = worker;
  return { record, version, is_out: flag !== null && OUT.has(flag.code) };
}

/** Over the record together with the Hall and the time, so that it cannot be replayed elsewhere or later. */
function sign({ worker_id, artifact_hash }: RegistryRecord, audience: string, key: SigningKey) {
  const signed_at = new Date().toISOString();
  const statement = canonicalJson({ artifact_hash, audience, signed_at, worker_id });
  return { signing_key_id: key.keyId, signed_at, signature: key.sign(statement).toString('base64') };
}
