import { join, resolve } from 'node:path';
import { packageHash } from '@wcp/evidence';
import { canonicalJson, parseRecord, type RegistryRecord, type Sha256, sha256 } from '@wcp/spec';
import { normaliseHash, parseJson } from '@wcp/spec/json';
import { isObject, ownMember } from '../../base/members.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { readText } from '../folder/read-text.ts';

/** A worker of `server.json` as it is on the disk now. */
export interface WorkerPackage {
  /** As it says itself; what is enrolled counts. */
  readonly record: RegistryRecord;
  /** Null for a worker that runs elsewhere. */
  readonly code_hash: Sha256 | null;
}

const RECORD_FILE = 'registry_record.json';

/**
 * The workers of the Hall in a folder as they are now, by id. One whose files cannot be read is not among them: the Hall
 * says what is wrong, and gives it no call.
 */
export async function readWorkerPackages(dir: string): Promise<ReadonlyMap<string, WorkerPackage>> {
  const settings = await jsonOf(join(dir, GATEWAY_LAYOUT.server));
  const workers = ownMember(settings, 'workers');
  const listed = Array.isArray(workers) ? workers : [];
  const read = await Promise.all(listed.map((worker) => readPackage(dir, worker)));
  return new Map(read.flatMap((each) => (each === null ? [] : [[each.record.worker_id, each] as const])));
}

async function readPackage(root: string, worker: unknown): Promise<WorkerPackage | null> {
  const [dir, named] = ['dir', 'record'].map((name) => ownMember(worker, name));
  const folder = typeof dir === 'string' ? resolve(root, dir) : null;
  const file =
    typeof named === 'string' ? join(root, named) : folder === null ? null : join(folder, RECORD_FILE);
  const record = file === null ? null : await jsonOf(file);
  // What it says of its own hash does not count here: a record that was changed by hand is to be seen as changed.
  if (!isObject(record) || !parsesAsRecord(record)) return null;
  const code_hash = folder === null ? null : await packageHash(folder).catch(() => null);
  return { record: record as unknown as RegistryRecord, code_hash };
}

function parsesAsRecord(record: object): boolean {
  const parsed = parseRecord(record);
  return parsed.ok || parsed.findings.every(({ path }) => path === '/artifact_hash');
}

async function jsonOf(file: string): Promise<unknown> {
  try {
    return parseJson((await readText(file)) ?? 'null');
  } catch {
    return null;
  }
}

/**
 * Whether a worker is another now than what was enrolled: its code by the hash that attests it, and in any case what it
 * says of itself as a tool.
 */
export function isChanged(enrolled: RegistryRecord, now: WorkerPackage | undefined): boolean {
  if (now === undefined) return false;
  const attested = enrolled.attestation?.code_hash;
  const isOtherCode = now.code_hash !== null && attested != null && normaliseHash(attested) !== now.code_hash;
  return isOtherCode || toolsOf(enrolled) !== toolsOf(now.record);
}

function toolsOf({ ext }: RegistryRecord): string {
  return canonicalJson(ownMember(ext, 'tools') ?? null);
}

/** What an operator has looked at: all that a package says of itself, and the hash of its code. */
export function packageState({ record, code_hash }: WorkerPackage) {
  const { artifact_hash: _, attestation: __, ...stated } = record;
  return { ...stated, code_hash };
}

/** The hash of that: whoever enrols the worker enrols nothing else. */
export function packageStateHash(now: WorkerPackage): Sha256 {
  return sha256(canonicalJson(packageState(now)));
}
