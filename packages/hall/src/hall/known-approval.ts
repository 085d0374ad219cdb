import type { HallParts } from '../http/hall-parts.ts';
import { showWithResult } from '../http/routes/approval.ts';
import type { KnownApproval } from './hall.ts';

/** An approval, its result and whether what was approved has ended; null where there is none with this id. */
export async function knownApproval(parts: HallParts, approval_id: string): Promise<KnownApproval | null> {
  const approval = await parts.pendingApprovals.find(approval_id);
  if (approval === null) return null;
  const shown = await showWithResult(approval, parts);
  if (approval.state !== 'approved') return { ...shown, has_ended: false, delivery_code: null };
  const { store } = parts.storage;
  const decision_id = approval.resolved_decision_id ?? approval_id;
  const receipts = await store.list('receipts', { where: { decision_id } });
  const stored = await store.get('results', decision_id);
  const { code = null }: { readonly code?: string | null } = JSON.parse(stored?.document ?? '{}');
  return { ...shown, has_ended: receipts.some(({ kind }) => kind === 'outcome'), delivery_code: code };
}
