import { escapeText } from '@wcp/spec/json';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';

/** As much of a reason as a message shows. */
const MAX_REASON = 500;
const HASH = /[0-9a-f]{64}/gi;

/** Step 3: nothing is frozen. The message gives the reason of whoever froze it. */
export function checkFreeze(current: AcceptedEvaluation): Denial | null {
  const { frozen } = current.facts;
  return frozen === null ? null : deny('DENY_FROZEN', undefined, reasonText(frozen, current));
}

/** No message carries a hash, or the tenant where that is hidden. */
function reasonText(reason: string, { engine, input }: AcceptedEvaluation): string {
  const open = reason.replaceAll(HASH, '...');
  const named = engine.settings.redact_tenant ? open.replaceAll(input.tenant_id, '...') : open;
  const points = [...named];
  const shown = points.length > MAX_REASON ? `${points.slice(0, MAX_REASON).join('')}...` : named;
  return shown.trim() === '' ? '' : `The reason given: "${escapeText(shown)}".`;
}
