import { join } from 'node:path';
import type { RegistryRecord } from '@wcp/spec';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { allowedHosts, egressAllowlist } from './fetch-hosts.ts';
import { PIPELINE_PLACES } from './pipeline-places.ts';

/** What the settings of a worker depend on. */
export interface WorkerPlace {
  /** The folder of the Hall, absolute and without links: a worker runs in a copy of its package elsewhere. */
  readonly dir: string;
  /** Hosts outside the public internet that may be fetched from. */
  readonly allow: readonly string[];
  /** The address of the document; a file has a `data:` URL. */
  readonly url: string;
}

/** Members of a worker in `server.json`, beside where its package is. */
export interface WorkerSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly private_hosts?: readonly string[];
  readonly node?: readonly 'sqlite'[];
  readonly file_mb?: number;
}

/** An example worker of the repository, and what depends on the place where it runs. */
export interface PipelineWorker {
  /** Its folder under `workers/`. */
  readonly name: string;
  readonly settings?: (place: WorkerPlace) => WorkerSettings;
  /** Members of its envelope that replace the published ones. */
  readonly envelope?: (place: WorkerPlace, published: RegistryRecord) => PrivilegeEnvelope;
}

/** The secret of the Hall that the doc-hasher signs with. */
export const HASHER_SECRET = 'WCP_HASHER_KEY';
/** The largest file that the registrar may write: about a million chunks. */
const STORE_MB = 4096;

/** The workers of the canonical pipeline (section 10.2), each with the least that it needs. */
export const PIPELINE_WORKERS: readonly PipelineWorker[] = [
  {
    name: 'web-fetcher',
    settings: ({ allow, url }) =>
      allow.length === 0
        ? {}
        : { env: { WCP_WEB_FETCH_ALLOW: allow.join(',') }, private_hosts: allowedHosts(allow, url) },
    envelope: ({ allow, url }, { privilege_envelope }) => ({
      egress_allowlist: egressAllowlist(privilege_envelope?.egress_allowlist ?? [], allow, url),
    }),
  },
  { name: 'doc-chunker' },
  { name: 'embedder' },
  { name: 'doc-hasher' },
  {
    name: 'research-registrar',
    settings: ({ dir }) => ({
      env: { WCP_RESEARCH_DB: join(dir, PIPELINE_PLACES.research, 'research.db') },
      node: ['sqlite'],
      file_mb: STORE_MB,
    }),
    envelope: ({ dir }) => ({ filesystem_writes: [join(dir, PIPELINE_PLACES.research)] }),
  },
];
