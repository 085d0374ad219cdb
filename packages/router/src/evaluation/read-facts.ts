import type { SupervisorLevel, WorkerFacts } from '@wcp/spec';
import { isSupervisorLevel, isTime } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';

/** An approval that came with the facts. */
export interface ApprovalFact {
  readonly level: SupervisorLevel;
  readonly resolver: string;
  readonly decision_digest: string;
}

/** A credential's check that came with the facts. */
export interface CredentialFact {
  readonly valid: boolean;
  readonly tenant_id: string | null;
}

/** What was observed of one worker, with the defaults of section 4.4. */
export interface WorkerReading {
  readonly available: boolean;
  readonly current_hash: string | null;
  readonly signed: boolean;
}

/** What was spent under each key of each budget. */
export type SpentReading = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The reading of a worker that the facts do not mention. */
export const UNOBSERVED: WorkerReading = { available: true, current_hash: null, signed: false };

/**
 * Facts after their one reading (section 4.4). The form is that of spec's `parseFacts`; this reader
 * copies nothing that it only reads, for it is on the path of every decision. A test holds the two to
 * the same result.
 */
export class FactsReading {
  ok = false;
  now: string | null = null;
  decision_id: string | null = null;
  workers: ReadonlyMap<string, WorkerReading> | null = null;
  banned_hashes: ReadonlySet<string> | null = null;
  chain_blast = 0;
  has_policy = false;
  policy: unknown = undefined;
  credential: CredentialFact | null = null;
  approval: ApprovalFact | null = null;
  /** Why it is frozen; null where it is not. */
  frozen: string | null = null;
  spent: SpentReading | null = null;
}

/** Valid facts: they have a time and a decision id. */
export interface AcceptedFacts extends FactsReading {
  readonly now: string;
  readonly decision_id: string;
}

type Members = Readonly<Record<string, unknown>>;
type Reader = (reading: FactsReading, value: unknown) => boolean;

const UUID_LENGTH = 36;
/** The places of the hyphens in a UUID. */
const HYPHENS: readonly number[] = [8, 13, 18, 23];
const HYPHEN = 0x2d;
/** One for each character that is a hexadecimal digit. */
const HEX = new Uint8Array(0x80);
for (const digit of '0123456789ABCDEFabcdef') HEX[digit.charCodeAt(0)] = 1;

/** How each member of the facts is read; false means that it is malformed. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['now', readNow],
  ['decision_id', readDecisionId],
  ['workers', readWorkers],
  ['banned_hashes', readBanned],
  ['chain', readChain],
  ['policy', readPolicy],
  ['credential', readCredential],
  ['approval', readApproval],
  ['frozen', readFrozen],
  ['x.spent', readSpent],
]);

/** Reads facts. Never throws: facts that cannot be read are malformed. */
export function readFacts(facts: unknown): FactsReading {
  const reading = new FactsReading();
  try {
    reading.ok = readMembers(reading, facts) && reading.now !== null && reading.decision_id !== null;
  } catch {
    // A proxy that cannot be read is malformed.
  }
  return reading;
}

function readMembers(reading: FactsReading, facts: unknown): boolean {
  if (!isObject(facts)) return false;
  let ok = true;
  for (const name of Object.keys(facts)) ok = readMember(reading, facts, name) && ok;
  return ok;
}

/** A member that throws makes the facts malformed, and still leaves the decision its time and id. */
function readMember(reading: FactsReading, facts: Members, name: string): boolean {
  try {
    return READERS.get(name)?.(reading, facts[name]) === true;
  } catch {
    return false;
  }
}

function readNow(reading: FactsReading, value: unknown): boolean {
  if (typeof value !== 'string' || !isTime(value)) return false;
  reading.now = value;
  return true;
}

function readDecisionId(reading: FactsReading, value: unknown): boolean {
  if (typeof value !== 'string' || !isUuid(value)) return false;
  reading.decision_id = value;
  return true;
}

/** By its characters: every decision has one, and a pattern takes three times as long. */
function isUuid(text: string): boolean {
  if (text.length !== UUID_LENGTH || !HYPHENS.every((index) => text.charCodeAt(index) === HYPHEN))
    return false;
  let digits = 0;
  for (let index = 0; index < UUID_LENGTH; index += 1) digits += HEX[text.charCodeAt(index)] ?? 0;
  return digits === UUID_LENGTH - HYPHENS.length;
}

function readWorkers(reading: FactsReading, value: unknown): boolean {
  if (!isObject(value)) return false;
  const workers = new Map<string, WorkerReading>();
  for (const id of Object.keys(value)) {
    const seen = readWorker(value[id]);
    if (seen === null || !id.isWellFormed()) return false;
    workers.set(id, seen);
  }
  reading.workers = workers;
  return true;
}

function readWorker(value: unknown): WorkerReading | null {
  if (!isObject(value)) return null;
  let { available, current_hash, signed } = UNOBSERVED;
  for (const name of Object.keys(value) as (keyof WorkerFacts)[]) {
    const fact = value[name];
    if (name === 'available' && typeof fact === 'boolean') available = fact;
    else if (name === 'signed' && typeof fact === 'boolean') signed = fact;
    else if (name === 'current_hash' && (fact === null || isText(fact))) current_hash = fact;
    else return null;
  }
  return { available, current_hash, signed };
}

function readBanned(reading: FactsReading, value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const banned = new Set<string>();
  for (let index = 0; index < value.length; index += 1) {
    const hash = normaliseHash(value[index]);
    if (hash === null) return false;
    banned.add(hash);
  }
  reading.banned_hashes = banned;
  return true;
}

function readChain(reading: FactsReading, value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name of Object.keys(value)) {
    const count = value[name];
    if ((name !== 'blast_score' && name !== 'depth') || !Number.isSafeInteger(count) || (count as number) < 0)
      return false;
    if (name === 'blast_score') reading.chain_blast = count as number;
  }
  return true;
}

function readPolicy(reading: FactsReading, value: unknown): boolean {
  reading.has_policy = true;
  reading.policy = value;
  return value !== undefined;
}

function readCredential(reading: FactsReading, value: unknown): boolean {
  if (value === null) return true;
  if (!hasOnly(value, ['valid', 'tenant_id', 'reason'])) return false;
  const { valid, tenant_id = null, reason = null } = ownMembers(value);
  if (typeof valid !== 'boolean' || !isTextOrNull(tenant_id) || !isTextOrNull(reason)) return false;
  reading.credential = { valid, tenant_id };
  return true;
}

function readApproval(reading: FactsReading, value: unknown): boolean {
  if (value === null) return true;
  if (!hasOnly(value, ['id', 'level', 'resolver', 'decision_digest'])) return false;
  const { id, level, resolver, decision_digest } = ownMembers(value);
  const digest = normaliseHash(decision_digest);
  if (!isText(id) || !isText(resolver) || digest === null) return false;
  if (!isSupervisorLevel(level)) return false;
  reading.approval = { level, resolver, decision_digest: digest };
  return true;
}

function readFrozen(reading: FactsReading, value: unknown): boolean {
  if (value === null) return true;
  if (!hasOnly(value, ['scope', 'reason'])) return false;
  const { scope, reason } = ownMembers(value);
  if (!isText(scope) || !isText(reason)) return false;
  reading.frozen = reason;
  return true;
}

function readSpent(reading: FactsReading, value: unknown): boolean {
  if (!isObject(value)) return false;
  const spent = new Map<string, ReadonlyMap<string, number>>();
  for (const budget of Object.keys(value)) {
    const amounts = readAmounts(value[budget]);
    if (amounts === null || !budget.isWellFormed()) return false;
    spent.set(budget, amounts);
  }
  reading.spent = spent;
  return true;
}

function readAmounts(value: unknown): ReadonlyMap<string, number> | null {
  if (!isObject(value)) return null;
  const amounts = new Map<string, number>();
  for (const key of Object.keys(value)) {
    const amount = value[key];
    if (!Number.isSafeInteger(amount) || (amount as number) < 0 || !key.isWellFormed()) return null;
    amounts.set(key, amount as number);
  }
  return amounts;
}

/** Own members, read once, on an object without a prototype: an inherited one is ignored. */
function ownMembers(value: Members): Record<string, unknown> {
  return Object.assign(Object.create(null), value);
}

function hasOnly(value: unknown, names: readonly string[]): value is Members {
  return (
    isObject(value) && Object.keys(value).every((name) => names.includes(name) && value[name] !== undefined)
  );
}

function isObject(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Object.getPrototypeOf(value) === Object.prototype ||
    Object.prototype.toString.call(value) === '[object Object]'
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}
