// Section 4.2: registry records, which of them are enrolled, and what they say.
import { authorityOf, canonicalId, ENVS, isIdOf, isVersion, isWorkerId } from './ids.ts';
import {
  type Check,
  hashOf,
  isInteger,
  isObject,
  isText,
  listOf,
  type Obj,
  oneOf,
  own,
  readHash,
  shape,
} from './json.ts';

export interface Envelope {
  readonly secrets_access: readonly string[];
  readonly network_egress: string;
  readonly egress_allowlist: readonly string[];
  readonly filesystem_writes: readonly string[];
}

export interface Worker {
  readonly worker_id: string;
  readonly authority: string;
  readonly worker_species_id: string;
  readonly capabilities: readonly string[];
  readonly required_controls: readonly string[];
  readonly currently_implements: readonly string[];
  readonly allowed_environments: readonly string[];
  readonly catalog_version_min: string | null;
  readonly envelope: Envelope | null;
  readonly blast: number;
  /** As written: step 10 says what is wrong with it. */
  readonly code_hash: unknown;
}

const REVERSIBILITY: Readonly<Record<string, number>> = {
  reversible: 0,
  'partially-reversible': 2,
  difficult: 4,
  irreversible: 5,
};

const EGRESS = ['none', 'allowlisted', 'unrestricted'];

/** Members inside `attestation`; an unlisted one is kept. */
const ATTESTATION: Record<string, Check> = {
  code_hash: () => true,
  hash_method: oneOf(['file', 'module', 'container', 'signed-manifest', 'mcp-tool']),
  attested_at: isText,
  attested_by: isText,
  source: isText,
};

const RECORD: Record<string, Check> = {
  worker_id: isWorkerId,
  worker_species_id: isIdOf('worker_species'),
  capabilities: (value) => listOf(isIdOf('capability'))(value) && (value as unknown[]).length > 0,
  risk_tier: oneOf(['low', 'medium', 'high', 'critical']),
  idempotency: oneOf(['full', 'partial', 'none']),
  determinism: oneOf(['deterministic', 'captured', 'nondeterministic', 'non-deterministic']),
  required_controls: listOf(isIdOf('control')),
  currently_implements: listOf(isIdOf('control')),
  allowed_environments: listOf(oneOf(ENVS)),
  privilege_envelope: shape({
    secrets_access: listOf(isText),
    network_egress: oneOf(EGRESS),
    egress_allowlist: listOf(isText),
    filesystem_writes: listOf(isText),
    tools: listOf(isText),
  }),
  blast_radius: shape({
    data: isInteger(0, 5),
    network: isInteger(0, 5),
    financial: isInteger(0, 5),
    time: isInteger(0, 5),
    reversibility: (value) => isInteger(0, 5)(value) || Object.keys(REVERSIBILITY).includes(value as string),
  }),
  owner: isText,
  contact: isText,
  notes: isText,
  catalog_version_min: isVersion,
  attestation: (value) => isObject(value) && listedAreValid(ATTESTATION, value),
  artifact_hash: isText,
  ext: isObject,
};
const REQUIRED = ['worker_id', 'worker_species_id', 'capabilities', 'risk_tier', 'artifact_hash'];

const listedAreValid = (listed: Record<string, Check>, value: Obj): boolean =>
  Object.keys(value).every((name) => !Object.hasOwn(listed, name) || listed[name]?.(value[name]) === true);

/** The workers that the Hall knows: those whose record verifies, the later of two with one id. */
export function enrolledWorkers(records: readonly unknown[]): Worker[] {
  const enrolled = new Map<string, Worker>();
  for (const record of records) {
    if (!isObject(record) || !verifies(record)) continue;
    const worker = readRecord(record);
    enrolled.set(worker.worker_id, worker);
  }
  return [...enrolled.values()];
}

/** Form, hash, owner and attester. */
const verifies = (record: Obj): boolean =>
  REQUIRED.every((name) => Object.hasOwn(record, name)) &&
  listedAreValid(RECORD, record) &&
  readHash(record['artifact_hash']) !== null &&
  readHash(record['artifact_hash']) === recordHash(record) &&
  belongsToItsAuthority(record);

/** The `artifact_hash` that a record must have: over all else that it holds. */
export function recordHash(record: Obj): string | null {
  return hashOf(Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'artifact_hash')));
}

function belongsToItsAuthority(record: Obj): boolean {
  const authority = authorityOf(record['worker_id'] as string);
  const owner = own(record, 'owner') ?? authority;
  const attester = own(own(record, 'attestation'), 'attested_by') ?? `namespace-key@${authority}`;
  return owner === authority && attester === `namespace-key@${authority}`;
}

function readRecord(record: Obj): Worker {
  const list = (name: string): string[] => (own(record, name) ?? []) as string[];
  return {
    worker_id: record['worker_id'] as string,
    authority: authorityOf(record['worker_id'] as string),
    worker_species_id: record['worker_species_id'] as string,
    capabilities: list('capabilities'),
    required_controls: list('required_controls').map(canonicalId),
    currently_implements: list('currently_implements').map(canonicalId),
    allowed_environments: (own(record, 'allowed_environments') ?? ['dev']) as string[],
    catalog_version_min: (own(record, 'catalog_version_min') ?? null) as string | null,
    envelope: readEnvelope(own(record, 'privilege_envelope')),
    blast: blastOf(own(record, 'blast_radius')),
    code_hash: own(own(record, 'attestation'), 'code_hash') ?? null,
  };
}

function readEnvelope(raw: unknown): Envelope | null {
  if (raw === undefined) return null;
  const list = (name: string): string[] => (own(raw, name) ?? []) as string[];
  return {
    secrets_access: list('secrets_access'),
    network_egress: (own(raw, 'network_egress') ?? 'unrestricted') as string,
    egress_allowlist: list('egress_allowlist'),
    filesystem_writes: list('filesystem_writes'),
  };
}

/** R10: what is not declared counts as the greatest. */
function blastOf(radius: unknown): number {
  return ['data', 'network', 'financial', 'time', 'reversibility']
    .map((dimension) => own(radius, dimension) ?? 5)
    .map((value) => (typeof value === 'string' ? (REVERSIBILITY[value] ?? 5) : (value as number)))
    .reduce((sum, value) => sum + value, 0);
}
