import type { DenyCode, RegistryRecord } from '@wcp/spec';
import type { Change, StatefulRow } from '../storage/store/store.ts';

/** Why a worker is flagged: the denial that showed it. */
interface WorkerFlag {
  readonly code: DenyCode;
  readonly at: string;
}

/** How an authority signed the enrolment: over the statement of `enrolmentStatement`. */
export interface EnrolmentSignature {
  readonly signing_key_id: string;
  readonly signed_at: string;
  readonly signature: string;
}

/** A worker as the registry has it. */
export interface EnrolledWorker {
  /** The record as it was submitted. */
  readonly record: RegistryRecord;
  readonly enrolled_at: string;
  /** The principal that enrolled it. */
  readonly enrolled_by: string;
  readonly signature: EnrolmentSignature | null;
  readonly version: number;
  readonly flag: WorkerFlag | null;
}

/** Flags that say that the code is not what it should be: such a worker gets no calls. */
const EXCLUDING: ReadonlySet<DenyCode> = new Set<DenyCode>(['DENY_WORKER_TAMPERED', 'DENY_WORKER_BANNED']);

/** Whether a worker gets no calls until its authority attests it again. */
export function isOut({ flag }: EnrolledWorker): boolean {
  return flag !== null && EXCLUDING.has(flag.code);
}

/** Makes a worker's state durable. */
export function workerChange(worker: EnrolledWorker): Change {
  return {
    put: 'workers',
    row: rowOf(worker.record.worker_id, isOut(worker) ? 'flagged' : 'enrolled', worker),
  };
}

/** Keeps this version of a worker for good. */
export function versionChange(worker: EnrolledWorker): Change {
  const id = `${worker.record.worker_id}#${String(worker.version).padStart(8, '0')}`;
  return { put: 'worker_versions', row: rowOf(id, worker.record.worker_id, worker) };
}

/** Makes a removal durable: the row stays, so that version numbers are never used again. */
export function removalChange(worker: EnrolledWorker, at: string): Change {
  return { put: 'workers', row: { ...rowOf(worker.record.worker_id, 'removed', worker), at } };
}

/** The worker of a row. */
export function readWorkerRow({ document }: StatefulRow): EnrolledWorker {
  return JSON.parse(document) as EnrolledWorker;
}

function rowOf(id: string, state: string, worker: EnrolledWorker): StatefulRow {
  return { id, state, at: worker.enrolled_at, document: JSON.stringify(worker) };
}
