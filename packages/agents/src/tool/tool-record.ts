import { canonicalJson, checkId, type RegistryRecord, WcpError } from '@wcp/spec';
import { type Env, toolRecord as recordOf } from '@wcp/spec/document';
import { assignSegments } from '@wcp/spec/id';
import type { AgentTool } from './agent-tool.ts';

/** In whose name tools are enrolled, and where they may run. */
export interface ToolSettings {
  /** `org.<name>` or `x.<name>`. */
  readonly authority: string;
  /** The name of the agent: 1 to 24 of `a-z`, `0-9` and `-`. */
  readonly agent: string;
  readonly environments: readonly Env[];
}

const MAX_ID = 64;
const AGENT = /^[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?$/;
/** A folded name of one character, a hyphen and eight digits. */
const MIN_SEGMENT = 10;

/**
 * The id of a tool: `<authority>.<agent>.<tool>`. A tool is one worker, so capability, species and worker have the
 * same id.
 *
 * @throws {WcpError} `ERR_WCP_AGENT` for an authority or an agent that leaves no room for a tool
 */
export function toolId(name: string, { authority, agent }: ToolSettings): string {
  const prefix = `${authority}.${agent}.`;
  if (!checkId(authority, 'authority').valid || !AGENT.test(agent) || prefix.length > MAX_ID - MIN_SEGMENT) {
    throw new WcpError(
      'ERR_WCP_AGENT',
      'The authority must be org.<name> or x.<name>, and the name of an agent 1 to 24 of a-z, 0-9 and -; both together leave 10 characters of 64 for a tool.',
    );
  }
  return `${prefix}${assignSegments([name], new Map(), MAX_ID - prefix.length).get(name) ?? ''}`;
}

/**
 * The registry record of a tool: one worker, attested by the hash of its definition, which stands under `ext`. A
 * changed definition is another hash.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a definition that has no canonical JSON
 */
export function toolRecord(tool: AgentTool, settings: ToolSettings, attested_at: string): RegistryRecord {
  const { agent, environments } = settings;
  const { blast_radius, envelope } = tool;
  const document = { definition: definitionOf(tool), server: { name: agent }, source: null };
  const id = toolId(tool.name, settings);
  return recordOf(document, {
    id,
    blast_radius,
    environments,
    envelope,
    attested_at,
    ext: { agent: document },
  });
}

function definitionOf({ name, description, input_schema, output_schema }: AgentTool): object {
  return {
    name,
    ...(description !== undefined && { description }),
    ...(input_schema !== undefined && { inputSchema: plain(input_schema) }),
    ...(output_schema !== undefined && { outputSchema: plain(output_schema) }),
  };
}

/** A schema of a library may have members that no JSON has. */
function plain(schema: object): unknown {
  return JSON.parse(JSON.stringify(schema));
}

/** Whether both say the same of a tool, whenever it was attested. */
export function isSameTool(one: RegistryRecord, other: RegistryRecord): boolean {
  const [a, b] = [one, other].map(({ artifact_hash: _, attestation, ...record }) =>
    canonicalJson({ ...record, attestation: { ...attestation, attested_at: null } }),
  );
  return a === b;
}
