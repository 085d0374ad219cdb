import { escapeText } from '@wcp/spec/json';
import type { AcceptedEvaluation } from './evaluation.ts';

/** As much of a reason as a message shows. */
const MAX_REASON = 500;
const HASH = /[0-9a-f]{64}/gi;

/** A reason from outside, as a message may show it: without hashes, and without the tenant where that is hidden. */
export function shownReason(
  reason: string,
  { engine, input }: Pick<AcceptedEvaluation, 'engine' | 'input'>,
): string {
  const open = reason.replaceAll(HASH, '...');
  const named = engine.settings.redact_tenant ? open.replaceAll(input.tenant_id, '...') : open;
  const points = [...named];
  const shown = points.length > MAX_REASON ? `${points.slice(0, MAX_REASON).join('')}...` : named;
  return escapeText(shown);
}
