import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { WcpError } from '@wcp/spec';

/** A capability of a worker as a tool, in the member `ext.tools` of its record (section 4.2). */
export interface ToolDescription {
  readonly title?: string;
  /** What it does, in the words that a model reads. */
  readonly description?: string;
  /** The JSON Schema of the request. */
  readonly input_schema: JsonSchema;
  /** The JSON Schema of the result; absent, any JSON. */
  readonly output_schema?: JsonSchema;
}

/** A JSON Schema (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A capability as its author describes it: the very schemas of {@link defineWorker}, or their JSON Schemas. */
export interface DescribedTool {
  readonly title?: string;
  readonly description?: string;
  readonly input: StandardSchemaV1 | JsonSchema;
  readonly output?: StandardSchemaV1 | JsonSchema;
}

/**
 * Describes a capability as a tool, so that a gateway can show the worker to the models of MCP clients. It belongs under
 * `ext.tools` of the record, by the id of the capability: the record's hash covers it. What a schema cannot say in JSON
 * Schema, such as a refinement, stays the worker's own to check.
 *
 * @throws {WcpError} `ERR_WCP_WORKER` for a schema that cannot be written as JSON Schema: give it as one
 * @example
 * ```ts
 * import { describeTool, sealRecord } from '@wcp/worker-kit';
 * import { z } from 'zod';
 *
 * const input = z.object({ name: z.string() });
 * export const record = sealRecord({
 *   worker_id: 'org.acme.greeter.dev',
 *   worker_species_id: 'org.acme.greeter',
 *   capabilities: ['org.acme.greet'],
 *   risk_tier: 'low',
 *   ext: { tools: { 'org.acme.greet': describeTool({ description: 'Greets somebody by name.', input }) } },
 * });
 * ```
 */
export function describeTool({ title, description, input, output }: DescribedTool): ToolDescription {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    input_schema: jsonSchemaOf(input, 'input'),
    ...(output !== undefined && { output_schema: jsonSchemaOf(output, 'output') }),
  };
}

/** What is not JSON Schema's to say accepts anything there, instead of failing: a wider schema refuses nothing valid. */
const OPTIONS = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } } as const;

function jsonSchemaOf(schema: StandardSchemaV1 | JsonSchema, side: 'input' | 'output'): JsonSchema {
  if (!('~standard' in schema)) return schema;
  const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  try {
    if (jsonSchema !== undefined) return jsonSchema[side](OPTIONS);
  } catch (cause) {
    throw new WcpError('ERR_WCP_WORKER', unwritable(side), { cause });
  }
  throw new WcpError('ERR_WCP_WORKER', unwritable(side));
}

function unwritable(side: string): string {
  return `The schema of the ${side} cannot be written as JSON Schema. Give describeTool its JSON Schema instead.`;
}
