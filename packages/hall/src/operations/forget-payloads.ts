import type { Finding, Receipt } from '@wcp/spec';
import type { ErasureRequest, ErasureResult } from '@wcp/spec/hall';
import { escapeText } from '@wcp/spec/json';
import type { HallClock } from '../base/hall-clock.ts';
import { ProblemError } from '../base/problem.ts';
import type { EvidenceStorage } from '../storage/evidence/evidence-storage.ts';
import type { ErasurePlan, ErasureScope } from '../storage/payload/erasure.ts';

/** What forgetting works with. */
interface ForgettingParts {
  readonly storage: EvidenceStorage;
  readonly clock: HallClock;
}

/** Milliseconds that a caller waits for the end; what is left is removed in the background. */
const PATIENCE_MS = 20_000;
/** Characters that a receipt has for whoever forgot. */
const MAX_BY = 256;

/**
 * Forgets payloads, or says what that would take (section 8.9).
 *
 * @throws {ProblemError} `INVALID_BODY`, `NOT_FOUND`, `CONFLICT`
 */
export async function forgetPayloads(
  { storage, clock }: ForgettingParts,
  { note = null, dry_run = false, ...request }: ErasureRequest,
  by: string,
): Promise<ErasureResult> {
  const scope = scopeOf(request);
  const planned = await storage.payloads.plan(scope);
  await checkPlan(storage, scope, planned);
  if (dry_run) return { dry_run, ...planned, receipt: null, is_done: false };
  const why = {
    reason: 'request',
    note: note === null ? null : escapeText(note),
    by: escapeText(by).slice(0, MAX_BY),
  } as const;
  const { receipt, ...taken } = await storage.payloads.forget({ ...scope, ...why, at: clock.timestamp() });
  if (receipt === null) throw waiting(taken);
  const is_done = await finish(storage);
  return { dry_run, ...taken, receipt: JSON.parse(receipt) as Receipt, is_done };
}

function scopeOf({
  decision_id = null,
  tenant_id = null,
  before = null,
  data_label = null,
}: ErasureRequest): ErasureScope {
  const findings: Finding[] = [];
  const refuse = (path: string, message: string) => findings.push({ path, code: 'INVALID_VALUE', message });
  if (decision_id === null && tenant_id === null && before === null) {
    refuse('', 'Name what is to be forgotten: a decision_id, a tenant_id or a time in before.');
  }
  if (decision_id !== null && (tenant_id ?? before ?? data_label) !== null) {
    refuse('/decision_id', 'A decision is named alone.');
  }
  if (data_label !== null && before === null) {
    refuse('/data_label', 'A label is forgotten up to a time: name it in before.');
  }
  if (before !== null && Number.isNaN(Date.parse(before))) {
    refuse('/before', 'This time does not exist.');
  }
  if (findings.length > 0) throw new ProblemError('INVALID_BODY', findings[0]?.message as string, findings);
  const kind = decision_id !== null ? 'decision' : before !== null ? 'before' : 'tenant';
  const until = before === null ? null : new Date(before).toISOString();
  return { scope: kind, decision_id, tenant_id, before: until, data_label };
}

async function checkPlan(
  { store }: EvidenceStorage,
  { scope, decision_id }: ErasureScope,
  planned: ErasurePlan,
): Promise<void> {
  if (scope !== 'before' && planned.in_flight > 0) throw waiting(planned);
  if (decision_id === null || planned.decisions > 0) return;
  const receipts = await store.list('receipts', { where: { decision_id } });
  const isKnown = receipts.some(({ kind }) => kind === 'decision');
  if (!isKnown) throw new ProblemError('NOT_FOUND', 'There is no such decision.');
}

function waiting({ in_flight, decisions }: ErasurePlan): ProblemError {
  if (in_flight === 0 && decisions === 0)
    return new ProblemError('CONFLICT', 'Nothing of this is held any more.');
  const message = `${in_flight} ${in_flight === 1 ? 'request waits' : 'requests wait'} for a steward or for an outcome. Resolve what is on hold, and try again once the rest has ended.`;
  return new ProblemError('CONFLICT', message);
}

/** Carries out what is open; resolves with whether nothing of it is left. */
async function finish({ payloads }: EvidenceStorage): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  while (await payloads.work()) if (performance.now() > until) return false;
  return true;
}
