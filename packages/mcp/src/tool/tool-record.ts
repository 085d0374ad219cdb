import type { RegistryRecord } from '@wcp/spec';
import { toolRecord as recordOf, type ToolDocument } from '@wcp/spec/document';
import { type BlastPolicy, blastOf } from './tool-blast.ts';

/** What a tool is, as its server said it when it was looked at. */
export type SeenTool = ToolDocument;

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
  const { blast, shown, ...rest } = settings;
  const { definition, server, source } = tool;
  return recordOf(tool, {
    ...rest,
    // A hint that a call does no harm is the word of an untrusted server.
    blast_radius: blastOf(definition, blast),
    ext: { mcp: { definition, server, source, ...(shown !== undefined && { shown }) } },
  });
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
