import { authorityOf, DENY_CODES, type DenyCode, parseRecord, type RegistryRecord } from '@wcp/spec';
import { isTime } from '@wcp/spec/document';
import type { Logger } from '../base/logger.ts';
import { ProblemError } from '../base/problem.ts';
import { hasRole, type Principal } from '../identity/principal.ts';
import type { Change, StatefulRow, Store } from '../storage/store/store.ts';
import { AuthorityKeys, enrolmentStatement, isSignedEnrolment } from './authority-keys.ts';
import {
  type EnrolledWorker,
  type EnrolmentSignature,
  isOut,
  readWorkerRow,
  removalChange,
  versionChange,
  workerChange,
} from './enrolled-worker.ts';
import { foreignNames } from './foreign-names.ts';

/** What enrols a worker. */
export interface Enrolment {
  readonly record: unknown;
  readonly signature?: EnrolmentSignature | null;
}

/** A change of the registry that is not durable yet: `apply` is called once it is. */
export interface RegistryChange {
  readonly worker: EnrolledWorker;
  readonly replaces: EnrolledWorker | null;
  readonly changes: readonly Change[];
  apply(): void;
  /** Takes back what {@link apply} did. */
  undo(): void;
}

/**
 * The enrolled workers (section 4.2). A worker id belongs to its authority; what one authority enrols
 * changes nothing for another's worker, whatever the species.
 */
export class Registry {
  readonly authorities: AuthorityKeys;
  readonly #audience: string;
  readonly #log: Logger;
  readonly #workers = new Map<string, EnrolledWorker>();
  /** The last enrolment of every worker, removed ones too: no version number or signature is accepted twice. */
  readonly #last = new Map<string, EnrolledWorker>();
  /** What is read of them with each decision, until they change; null where nobody has read them since. */
  #view: RegistryView | null = null;

  private constructor(authorities: AuthorityKeys, audience: string, log: Logger) {
    this.authorities = authorities;
    this.#audience = audience;
    this.#log = log;
  }

  /**
   * @param audience the name of this Hall, which signed enrolments name
   * @param log gets each flag once
   */
  static async open(store: Store, audience: string, log: Logger = () => {}): Promise<Registry> {
    const registry = new Registry(await AuthorityKeys.open(store), audience, log);
    await registry.follow(store, null);
    return registry;
  }

  /** The enrolled workers by their ids, flagged ones among them. */
  list(): readonly EnrolledWorker[] {
    return this.#viewNow().list;
  }

  get(workerId: string): EnrolledWorker | null {
    return this.#workers.get(workerId) ?? null;
  }

  /** Whether a worker was ever enrolled here, also one that was removed. */
  wasEnrolled(workerId: string): boolean {
    return this.#last.has(workerId);
  }

  records(): readonly RegistryRecord[] {
    return this.list().map(({ record }) => record);
  }

  /** The workers that declare a capability: only of these does a decision about it need facts. */
  serving(capabilityId: string): readonly EnrolledWorker[] {
    return this.#viewNow().serving.get(capabilityId) ?? [];
  }

  /**
   * Checks everything that section 4.2 requires, whose names the record uses, who enrols, and the signature where
   * one is required. Only its authority takes the flag of changed or banned code off a worker: by a signed enrolment,
   * or as its own worker-owner. It stays through a removal, and through an enrolment by an admin.
   *
   * @throws {ProblemError} with every finding at once
   */
  prepareEnrolment(
    { record: given, signature = null }: Enrolment,
    by: Principal,
    at: string,
  ): RegistryChange {
    const { worker_id } = checkRecord(given);
    checkOwner(worker_id, by);
    const last = this.#last.get(worker_id);
    const isSigned = this.#checkSignature(given as RegistryRecord, signature, at);
    const isByAuthority = isSigned || isOwner(worker_id, by);
    const worker: EnrolledWorker = {
      record: given as RegistryRecord,
      enrolled_at: at,
      enrolled_by: by.id,
      signature,
      version: (last?.version ?? 0) + 1,
      flag: last !== undefined && isOut(last) && !isByAuthority ? last.flag : null,
    };
    return this.#change(worker, this.get(worker_id), [workerChange(worker), versionChange(worker)]);
  }

  /** @throws {ProblemError} `NOT_FOUND`, `FORBIDDEN` */
  prepareRemoval(workerId: string, by: Principal, at: string): RegistryChange {
    const worker = this.get(workerId);
    if (worker === null) throw new ProblemError('NOT_FOUND', 'There is no enrolled worker with this id.');
    checkOwner(workerId, by);
    const apply = () => {
      this.#workers.delete(workerId);
      this.#view = null;
    };
    const undo = () => this.#hold(worker);
    return { worker, replaces: worker, changes: [removalChange(worker, at)], apply, undo };
  }

  /** Flags a worker; null where it already has that flag, or a more serious one. */
  prepareFlag(workerId: string, code: DenyCode, at: string): RegistryChange | null {
    const before = this.get(workerId);
    if (before === null || before.flag?.code === code || isOut(before)) return null;
    const worker = { ...before, flag: { code, at } };
    const change = this.#change(worker, before, [workerChange(worker)]);
    const apply = () => {
      change.apply();
      this.#log('error', `${workerId} is flagged with ${code}. ${DENY_CODES[code].meaning}`);
    };
    return { ...change, apply };
  }

  /** Takes a flag off that says nothing against the code itself, once its reason is gone; null for any other. */
  prepareUnflag(workerId: string): RegistryChange | null {
    const before = this.get(workerId);
    if (before === null || before.flag === null || isOut(before)) return null;
    const worker = { ...before, flag: null };
    return this.#change(worker, before, [workerChange(worker)]);
  }

  #change(
    worker: EnrolledWorker,
    replaces: EnrolledWorker | null,
    changes: readonly Change[],
  ): RegistryChange {
    const undo = () => {
      if (replaces !== null && this.get(worker.record.worker_id) === worker) this.#hold(replaces);
    };
    return { worker, replaces, changes, apply: () => this.#hold(worker), undo };
  }

  #hold(worker: EnrolledWorker): void {
    const { worker_id } = worker.record;
    this.#workers.set(worker_id, worker);
    this.#last.set(worker_id, worker);
    this.#view = null;
  }

  /** Reads workers again that other Halls have enrolled, flagged or removed, by the keys of their rows; null for all. */
  async follow(store: Store, ids: readonly string[] | null): Promise<void> {
    const rows =
      ids === null
        ? await store.list('workers', { limit: 1_000_000 })
        : await Promise.all(ids.map((id) => store.get('workers', id)));
    for (const row of rows) if (row !== null) this.#read(row);
  }

  #read(row: StatefulRow): void {
    const worker = readWorkerRow(row);
    this.#hold(worker);
    if (row.state === 'removed') this.#workers.delete(row.id);
  }

  #viewNow(): RegistryView {
    this.#view ??= viewOf(this.#workers.values());
    return this.#view;
  }

  /** Whether the authority signed it; where it has no key, nobody can tell. */
  #checkSignature(record: RegistryRecord, signature: EnrolmentSignature | null, at: string): boolean {
    const authority = authorityOf(record.worker_id) as string;
    if (!this.authorities.mustSign(authority)) return false;
    if (signature === null) {
      throw new ProblemError(
        'ENROLMENT_UNSIGNED',
        `${authority} has registered a key, so its enrolments must be signed.`,
      );
    }
    checkSignedAt(signature.signed_at, at);
    const statement = enrolmentStatement(record, this.#audience, signature.signed_at);
    if (!isSignedEnrolment(this.authorities.of(authority), statement, signature)) {
      throw new ProblemError(
        'ENROLMENT_SIGNATURE_INVALID',
        `The signature was not made with a key of ${authority} that is in force.`,
      );
    }
    const last = this.#last.get(record.worker_id)?.signature?.signed_at;
    if (last !== undefined && orderOf(signature.signed_at) <= orderOf(last)) {
      throw new ProblemError(
        'ENROLMENT_OUTDATED',
        'An enrolment with the same or a later signing time is in force. Sign this one again.',
      );
    }
    return true;
  }
}

/** Workers in the order of their ids. */
interface RegistryView {
  readonly list: readonly EnrolledWorker[];
  readonly serving: ReadonlyMap<string, readonly EnrolledWorker[]>;
}

function viewOf(workers: Iterable<EnrolledWorker>): RegistryView {
  const list = [...workers].sort((a, b) => (a.record.worker_id < b.record.worker_id ? -1 : 1));
  const serving = new Map<string, EnrolledWorker[]>();
  for (const worker of list) {
    for (const capability of new Set(worker.record.capabilities)) {
      const known = serving.get(capability);
      if (known === undefined) serving.set(capability, [worker]);
      else known.push(worker);
    }
  }
  return { list, serving };
}

/** @throws {ProblemError} with every finding at once */
function checkRecord(given: unknown): RegistryRecord {
  const parsed = parseRecord(given);
  const found = parsed.ok ? foreignNames(parsed.value) : parsed.findings;
  if (parsed.ok && found.length === 0) return parsed.value;
  const findings = found.map((finding) => ({ ...finding, path: `/record${finding.path}` }));
  throw new ProblemError('INVALID_BODY', 'This record cannot be enrolled.', findings);
}

function isOwner(workerId: string, by: Principal): boolean {
  return hasRole(by, ['worker-owner']) && by.authority === authorityOf(workerId);
}

/** A worker id belongs to its authority. */
function checkOwner(workerId: string, by: Principal): void {
  if (isOwner(workerId, by) || hasRole(by, ['admin'])) return;
  throw new ProblemError('FORBIDDEN', `Only ${authorityOf(workerId)} may change its workers.`);
}

/** Milliseconds that the clock of an authority may be ahead. */
const AHEAD_MS = 300_000;

/** A future time would keep the authority itself from replacing its worker until then. */
function checkSignedAt(signedAt: string, now: string): void {
  if (isTime(signedAt) && Date.parse(signedAt) <= Date.parse(now) + AHEAD_MS) return;
  const message = 'signed_at must be a time in the past, written like 2026-01-31T12:00:00Z.';
  throw new ProblemError('INVALID_BODY', message, [
    { path: '/signature/signed_at', code: 'INVALID_VALUE', message },
  ]);
}

/** Orders times whatever the number of digits of their seconds. */
function orderOf(time: string): string {
  return time.replace('Z', '').replace(/(\.\d+)?$/, (digits) => digits.slice(1).padEnd(9, '0'));
}
