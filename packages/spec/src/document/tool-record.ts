import { type Sha256, sha256 } from '../base/hash.ts';
import { authorityOf } from '../id/id.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { recordHash } from './parse/parse-record.ts';
import type { BlastRadius, PrivilegeEnvelope, RegistryRecord } from './schema/record.ts';
import { declaredBlast, riskTierOf } from './table/blast.ts';
import type { Env } from './table/classification.ts';

/** A tool and where it comes from: what its hash is the hash of (section 8.5). */
export interface ToolDocument {
  /** The definition as a model reads it, with members that nobody knows. */
  readonly definition: unknown;
  /** Who offers it: what a server of MCP says that it is, or the name of an agent. */
  readonly server: unknown;
  /** The hash of the package that it comes from, or a URL; null where neither is known. */
  readonly source: string | null;
}

/** What the record of a tool says beside the tool itself. */
export interface ToolRecordSettings {
  /** The id of the tool: a tool is one worker, so its capability and its species have the same. */
  readonly id: string;
  readonly blast_radius: BlastRadius | undefined;
  readonly environments: readonly Env[];
  readonly envelope: PrivilegeEnvelope | undefined;
  /** The time of the enrolment, as the wire writes it. */
  readonly attested_at: string;
  /** What is kept of the tool beside the members of a record. */
  readonly ext: Readonly<Record<string, unknown>>;
}

/**
 * The hash of a tool by the method `mcp-tool` (section 8.5): whatever of it changes, it is another tool.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a definition that has no canonical JSON
 * @example
 * import { toolHash } from '@wcp/spec/document';
 *
 * const definition = { name: 'read_file', inputSchema: { type: 'object' } };
 * console.log(toolHash({ definition, server: { name: 'files', version: '1.0.0' }, source: null })); // sha256:…
 */
export function toolHash({ definition, server, source }: ToolDocument): Sha256 {
  return sha256(canonicalJson({ definition, server, source }));
}

/**
 * The registry record of a tool (section 4.2): one worker, attested by the hash of its definition.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a definition that has no canonical JSON
 * @example
 * import { toolRecord } from '@wcp/spec/document';
 *
 * const tool = { definition: { name: 'add' }, server: { name: 'helper' }, source: null };
 * const record = toolRecord(tool, {
 *   id: 'x.acme.helper.add',
 *   blast_radius: undefined,
 *   environments: ['dev'],
 *   envelope: undefined,
 *   attested_at: '2026-01-01T00:00:00.000Z',
 *   ext: { agent: tool },
 * });
 * console.log(record.attestation?.code_hash); // sha256:…
 */
export function toolRecord(tool: ToolDocument, settings: ToolRecordSettings): RegistryRecord {
  const { id, blast_radius, environments, envelope, attested_at, ext } = settings;
  const owner = authorityOf(id) ?? '';
  const record = {
    worker_id: id,
    worker_species_id: id,
    capabilities: [id],
    risk_tier: riskTierOf(declaredBlast(blast_radius)),
    // Nobody knows whether a tool may be repeated, whatever it says of itself: nothing is tried again.
    idempotency: 'none',
    determinism: 'nondeterministic',
    required_controls: [],
    currently_implements: [],
    allowed_environments: [...environments],
    ...(envelope !== undefined && { privilege_envelope: envelope }),
    ...(blast_radius !== undefined && { blast_radius }),
    owner,
    attestation: {
      code_hash: toolHash(tool),
      hash_method: 'mcp-tool',
      attested_at,
      attested_by: `namespace-key@${owner}`,
    },
    ext,
  } as const;
  return { ...record, artifact_hash: recordHash(record) } as unknown as RegistryRecord;
}
