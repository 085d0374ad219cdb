import type { Finding } from '@wcp/spec';
import { parseDocument } from '@wcp/spec/document';
import { compile, faultOf, leafOf } from './cel.ts';
import {
  DEFAULT_MAPPING,
  EvaluationMappingSchema,
  EvaluationsMappingSchema,
  type ToolMapping,
} from './mapping.ts';

/** The member of a tool's input schema that holds its mapping. */
const MAPPING_MEMBER = 'x-authzen-mapping';

/** How a call of a tool becomes a request, or everything that is wrong with what the tool declares. */
export type MappingReading =
  | { readonly ok: true; readonly mapping: ToolMapping; readonly isDeclared: boolean }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads the mapping that an MCP tool declares in its input schema (`x-authzen-mapping`, COAZ-MCP draft 1); without one,
 * that of every `tools/call`. The server of the tool wrote it: it is checked whole, and nothing of it is evaluated.
 *
 * @returns findings with the path below the mapping
 * @example
 * import { readToolMapping } from '@wcp/policy/authzen';
 *
 * const reading = readToolMapping({ type: 'object', 'x-authzen-mapping': { evaluation: { subject: {} } } });
 * if (!reading.ok) for (const { path, code, message } of reading.findings) console.error(path, code, message);
 */
export function readToolMapping(inputSchema: unknown): MappingReading {
  const isObject = typeof inputSchema === 'object' && inputSchema !== null;
  if (!isObject || !Object.hasOwn(inputSchema, MAPPING_MEMBER)) {
    return { ok: true, mapping: DEFAULT_MAPPING, isDeclared: false };
  }
  const declared = (inputSchema as Readonly<Record<string, unknown>>)[MAPPING_MEMBER];
  // One that names both envelopes, or neither, is read as that of one check, and has what it lacks or has too much.
  const hasSeveral = Object.hasOwn(Object(declared), 'evaluations');
  const schema = hasSeveral ? EvaluationsMappingSchema : EvaluationMappingSchema;
  const parsed = parseDocument<ToolMapping>(schema, declared, (mapping) => [
    ...missingEntities(mapping),
    ...wrongExpressions(mapping, ''),
  ]);
  return parsed.ok ? { ok: true, mapping: parsed.value, isDeclared: true } : parsed;
}

/** Each check has an action and a resource, its own or the one above. */
function missingEntities(mapping: ToolMapping): Finding[] {
  if (!('evaluations' in mapping)) return [];
  const { evaluations, ...above } = mapping.evaluations;
  return evaluations.flatMap((entry, index) =>
    (['action', 'resource'] as const).flatMap((name) =>
      (entry[name] ?? above[name]) === undefined
        ? [
            {
              path: `/evaluations/evaluations/${index}/${name}`,
              code: 'MISSING_MEMBER',
              message: `${name} is missing, and there is none above the evaluations.`,
            } as const,
          ]
        : [],
    ),
  );
}

function wrongExpressions(value: unknown, path: string): Finding[] {
  if (typeof value === 'string') return wrongExpression(value, path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    wrongExpressions(each, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function wrongExpression(text: string, path: string): Finding[] {
  const leaf = leafOf(text);
  if ('literal' in leaf) return [];
  try {
    compile(leaf.expression);
    return [];
  } catch (error) {
    const message = `This is not an expression of CEL over params and token: ${faultOf(error)}. A text that begins with $ is one; write $$ for a text that does.`;
    return [{ path, code: 'INVALID_VALUE', message }];
  }
}
