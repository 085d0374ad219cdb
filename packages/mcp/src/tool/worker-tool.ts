import type { Finding, RegistryRecord } from '@wcp/spec';
import { isObject, type Members, ownMember } from '../base/members.ts';
import { compileSchema } from './schema-check.ts';

/** A capability of a worker as a tool of MCP clients. */
export interface WorkerTool {
  readonly worker_id: string;
  readonly capability_id: string;
  /** As a client reads it, but for its name. */
  readonly definition: Members;
  /** Everything that is wrong with arguments. */
  checkInput(given: unknown): readonly Finding[];
  /** Everything that is wrong with a result. */
  checkOutput(result: unknown): readonly Finding[];
}

/** A tool, or why the record does not make one. */
export type WorkerToolReading =
  | { readonly ok: true; readonly tool: WorkerTool }
  | { readonly ok: false; readonly message: string };

const OPEN = { type: 'object' } as const;
const OPEN_TEXT =
  'Its worker does not say what it takes: any object is passed on to it, and it may refuse it.';

/**
 * A capability of an enrolled worker as a tool: as the record describes it under `ext.tools` (section 4.2), which its
 * hash covers. Without a description it takes any object, and says so; with one that cannot be used there is no tool.
 */
export function workerTool(record: RegistryRecord, capability_id: string): WorkerToolReading {
  const described = ownMember(ownMember(record.ext, 'tools'), capability_id);
  if (described !== undefined && !isObject(described)) return unusable('It is not an object.');
  const [input, output] = ['input_schema', 'output_schema'].map((name) => ownMember(described, name));
  if (described !== undefined && !isObject(input)) return unusable('input_schema is not an object.');
  if (output !== undefined && !isObject(output)) return unusable('output_schema is not an object.');
  const inputSchema = isObject(input) ? input : OPEN;
  if (!takesObjects(inputSchema)) return unusable('input_schema takes no object, as arguments of tools are.');
  const [checkInput, checkOutput] = [compileSchema(inputSchema), compileSchema(output ?? {})];
  if (!checkInput.ok) return unusable(`input_schema cannot be used. ${checkInput.message}`);
  if (!checkOutput.ok) return unusable(`output_schema cannot be used. ${checkOutput.message}`);
  const definition = {
    ...wordsOf(record, capability_id, described),
    inputSchema: { ...inputSchema, type: 'object' },
    // A client of 2025 takes no result but an object; another one is checked here, and shown as text.
    ...(output !== undefined && ownMember(output, 'type') === 'object' && { outputSchema: output }),
    annotations: hintsOf(record),
  };
  const { worker_id } = record;
  const checks = { checkInput: checkInput.check, checkOutput: checkOutput.check };
  return { ok: true, tool: { worker_id, capability_id, definition, ...checks } };
}

function unusable(reason: string): WorkerToolReading {
  return { ok: false, message: `Its description as a tool cannot be used: ${reason}` };
}

function takesObjects({ type }: Members): boolean {
  return type === undefined || [type].flat().includes('object');
}

function wordsOf(record: RegistryRecord, capability_id: string, described: Members | undefined): Members {
  const [title, description = record.notes] = ['title', 'description'].map((name) => {
    const text = ownMember(described, name);
    return typeof text === 'string' ? text : undefined;
  });
  const said = description ?? `${capability_id}, by ${record.worker_id}.`;
  return {
    ...(title !== undefined && { title }),
    description: described === undefined ? `${said} ${OPEN_TEXT}` : said,
  };
}

/** From the envelope that a Hall holds the worker to: not its author's word alone. */
function hintsOf({ privilege_envelope: envelope, idempotency }: RegistryRecord): Members {
  const readOnlyHint = envelope !== undefined && touchesNothing(envelope);
  return {
    readOnlyHint,
    destructiveHint: !readOnlyHint,
    idempotentHint: idempotency === 'full',
    openWorldHint: envelope?.network_egress !== 'none',
  };
}

/** Whether an envelope leaves a worker its request alone: no network, no secret, no tool and nothing to write. */
export function touchesNothing(envelope: NonNullable<RegistryRecord['privilege_envelope']>): boolean {
  const { network_egress, secrets_access = [], filesystem_writes = [], tools = [] } = envelope;
  return (
    network_egress === 'none' && [secrets_access, filesystem_writes, tools].every((each) => each.length === 0)
  );
}

/** The name under which clients see a capability, where no other tool has it. */
export function capabilityName(capability_id: string): string {
  const own = capability_id.split('.').slice(capability_id.startsWith('cap.') ? 1 : 2);
  return own.join('_').replaceAll(/[^A-Za-z0-9_-]+/g, '_');
}
