import { escapeText } from '@wcp/spec/json';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';

/** As much of a reason as a message shows. */
const MAX_REASON = 500;
const HASH = /[0-9a-f]{64}/gi;

/** Step 3: nothing is frozen. The message gives the reason of whoever froze it. */
export function checkFreeze({ facts, engine, input }: AcceptedEvaluation): Denial | null {
  if (facts.frozen === null) return null;
  const hidden = engine.settings.redact_tenant ? [input.tenant_id] : [];
  return deny('DENY_FROZEN', undefined, wordsOf(facts.frozen, hidden));
}

/** No message carries a hash, or the tenant where that is hidden. */
function wordsOf(reason: string, hidden: readonly string[]): string {
  const open = hidden.reduce((text, each) => text.replaceAll(each, '...'), reason.replaceAll(HASH, '...'));
  const points = [...open];
  const shown = points.length > MAX_REASON ? `${points.slice(0, MAX_REASON).join('')}...` : open;
  return shown.trim() === '' ? '' : `The reason given: "${escapeText(shown)}".`;
}
