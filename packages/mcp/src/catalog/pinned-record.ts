import type { RegistryRecord } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import { isObject, ownMember } from '../base/members.ts';
import { pinnedDefinition } from '../tool/tool-record.ts';
import type { RegisteredTool } from './tool-registry.ts';

/** What an enrolment has pinned of a tool. */
export interface Pin extends RegisteredTool {
  readonly id: string;
  readonly name: string;
  /** Null for one that was enrolled without. */
  readonly shown: string | null;
  readonly code_hash: string | null;
  /** What was seen when it was enrolled. */
  readonly seen: { readonly definition: unknown; readonly server: unknown; readonly source: unknown };
}

/** The tools of a server among the workers of a registry, by name. */
export function pinsOf(workers: readonly RegisteredTool[], prefix: string): Map<string, Pin> {
  const pins = workers.flatMap((worker) =>
    worker.record.worker_id.startsWith(prefix) ? (pinOf(worker) ?? []) : [],
  );
  return new Map(pins.map((pin) => [pin.name, pin]));
}

/** Null for a worker that is not a tool. */
function pinOf(worker: RegisteredTool): Pin | null {
  const { record } = worker;
  const definition = pinnedDefinition(record);
  const name = ownMember(definition, 'name');
  if (typeof name !== 'string') return null;
  const mcp = mcpOf(record);
  const [shown, server, source] = ['shown', 'server', 'source'].map((member) => ownMember(mcp, member));
  return {
    ...worker,
    id: record.worker_id,
    name,
    shown: typeof shown === 'string' ? shown : null,
    code_hash: normaliseHash(record.attestation?.code_hash),
    seen: { definition, server, source },
  };
}

function mcpOf({ ext }: RegistryRecord): unknown {
  return isObject(ext) ? ownMember(ext, 'mcp') : null;
}
