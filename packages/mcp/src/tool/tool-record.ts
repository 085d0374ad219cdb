import { authorityOf, canonicalJson, type RegistryRecord, recordHash, type Sha256, sha256 } from '@wcp/spec';
import { declaredBlast, riskTierOf } from '@wcp/spec/document';
import { type BlastPolicy, blastOf } from './tool-blast.ts';

/** What a tool is, as its server said it when it was looked at. */
export interface SeenTool {
  /** The definition as received, with members that nobody knows. */
  readonly definition: unknown;
  /** Who the server says that it is: name and version. */
  readonly server: unknown;
  /** The hash of the server's package, or its URL; null where neither is known. */
  readonly source: string | null;
}

/** What a record is made from, beside the tool. */
export interface RecordSettings {
  /** The id of the tool. */
  readonly id: string;
  readonly blast: BlastPolicy;
  readonly environments: readonly ('dev' | 'stage' | 'prod' | 'edge')[];
  readonly envelope: RegistryRecord['privilege_envelope'];
  /** The time of the enrolment, as the wire writes it. */
  readonly attested_at: string;
  /** The name under which clients see it, pinned as well; absent where nobody chose one. */
  readonly shown?: string;
}

/**
 * The hash of a tool by the method `mcp-tool` (section 8.5): SHA-256 of the canonical JSON of its definition, the
 * identity of its server and the source of it. Whatever of it changes, it is another tool.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a definition that has no canonical JSON
 * @example
 * import { toolHash } from '@wcp/mcp';
 *
 * const definition = { name: 'read_file', inputSchema: { type: 'object' } };
 * console.log(toolHash({ definition, server: { name: 'files', version: '1.0.0' }, source: null })); // sha256:…
 */
export function toolHash({ definition, server, source }: SeenTool): Sha256 {
  return sha256(canonicalJson({ definition, server, source }));
}

/**
 * The registry record of a tool: one worker, attested by the hash of what was seen, its definition under `ext`.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a definition that has no canonical JSON
 * @example
 * import { toolRecord } from '@wcp/mcp';
 *
 * const tool = { definition: { name: 'read_file' }, server: { name: 'files', version: '1.0.0' }, source: null };
 * const record = toolRecord(tool, {
 *   id: 'org.acme.mcp-files.read-file',
 *   blast: {},
 *   environments: ['dev'],
 *   envelope: { network_egress: 'none' },
 *   attested_at: '2026-01-01T00:00:00.000Z',
 * });
 * console.log(record.artifact_hash);
 */
export function toolRecord(tool: SeenTool, settings: RecordSettings): RegistryRecord {
  const { id, envelope, environments, attested_at, shown } = settings;
  const blast = blastOf(tool.definition, settings.blast);
  const record = {
    worker_id: id,
    worker_species_id: id,
    capabilities: [id],
    risk_tier: riskTierOf(declaredBlast(blast)),
    // A hint that a call may be repeated is the word of an untrusted server: nothing is tried again.
    idempotency: 'none',
    determinism: 'nondeterministic',
    required_controls: [],
    currently_implements: [],
    allowed_environments: [...environments],
    ...(envelope !== undefined && { privilege_envelope: envelope }),
    blast_radius: blast,
    owner: authorityOf(id) ?? '',
    attestation: {
      code_hash: toolHash(tool),
      hash_method: 'mcp-tool',
      attested_at,
      attested_by: `namespace-key@${authorityOf(id) ?? ''}`,
    },
    ext: {
      mcp: {
        definition: tool.definition,
        server: tool.server,
        source: tool.source,
        ...(shown !== undefined && { shown }),
      },
    },
  } as const;
  return { ...record, artifact_hash: recordHash(record) } as unknown as RegistryRecord;
}

/**
 * The definition that was enrolled: what a model reads. Null for a record that is not one of a tool.
 *
 * @example
 * import { pinnedDefinition } from '@wcp/mcp';
 * import type { RegistryRecord } from '@wcp/spec';
 *
 * declare const record: RegistryRecord;
 * console.log(pinnedDefinition(record));
 */
export function pinnedDefinition(record: RegistryRecord): unknown {
  const { mcp } = Object(record.ext) as { mcp?: unknown };
  return (Object(mcp) as { definition?: unknown }).definition ?? null;
}
