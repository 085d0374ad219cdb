import { join } from 'node:path';
import type { RegistryRecord } from '@wcp/spec';

/** Where the pipeline keeps its own things in the folder of a Hall. */
export const PIPELINE_PLACES = {
  root: 'pipeline',
  workers: 'pipeline/workers',
  records: 'pipeline/records',
  research: 'pipeline/research.db',
  hasherKey: 'pipeline/hasher-key.pem',
  issuerKey: 'pipeline/issuer-key.pem',
} as const;

/** What a worker's setting depends on. */
interface WorkerGround {
  /** The folder of the Hall, absolute: a worker runs in a copy of its package elsewhere. */
  readonly dir: string;
  /** Hosts beyond the public internet that may be fetched from. */
  readonly allow: readonly string[];
}

/** An example worker of the repository, and how its operator sets it up. */
export interface PipelineWorker {
  /** Its folder under `workers/`. */
  readonly name: string;
  readonly env: (ground: WorkerGround) => Readonly<Record<string, string>>;
  /** What the operator states in place of what was published: this very place, for one. */
  readonly stated?: (ground: WorkerGround, published: RegistryRecord) => Partial<RegistryRecord>;
}

/** The workers of the canonical pipeline (section 10.2). */
export const PIPELINE_WORKERS: readonly PipelineWorker[] = [
  {
    name: 'web-fetcher',
    env: ({ allow }) => (allow.length === 0 ? {} : { WCP_WEB_FETCH_ALLOW: allow.join(',') }),
  },
  { name: 'doc-chunker', env: () => ({}) },
  { name: 'embedder', env: () => ({}) },
  {
    name: 'doc-hasher',
    env: ({ dir }) => ({ WCP_HASHER_KEY_FILE: join(dir, PIPELINE_PLACES.hasherKey) }),
  },
  {
    name: 'research-registrar',
    env: ({ dir }) => ({ WCP_RESEARCH_DB: join(dir, PIPELINE_PLACES.research) }),
    // A path that is none yet is refused where envelopes are enforced (section 4.3).
    stated: ({ dir }, { privilege_envelope }) => ({
      privilege_envelope: {
        ...privilege_envelope,
        filesystem_writes: [join(dir, PIPELINE_PLACES.research)],
      },
    }),
  },
];
