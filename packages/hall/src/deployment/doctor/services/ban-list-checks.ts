import { verifyBanList } from '@wcp/evidence';
import type { BanListSubscription } from '../../../registry/ban-list/ban-list-options.ts';
import { readBanListSource } from '../../../registry/ban-list/ban-list-source.ts';
import { type CheckBase, type DeploymentCheck, fail, ok } from '../check.ts';
import { shellWord } from '../shell-command.ts';

/** Each ban list that the Hall follows, read now. */
export function banListChecks(
  { now }: CheckBase,
  subscriptions: readonly BanListSubscription[],
): Promise<DeploymentCheck[]> {
  return Promise.all(subscriptions.map((each) => banListCheck(each, new Date(now).toISOString())));
}

const TIMEOUT_MS = 5_000;

async function banListCheck(source: BanListSubscription, now: string): Promise<DeploymentCheck> {
  const { authority, public_keys } = source;
  const rest = { subject: authority, remedy: 'url' in source ? `curl -fsS ${shellWord(source.url)}` : null };
  const stale = 'workers whose attestation is required are denied';
  const read = await readBanListSource(source, { timeout_ms: TIMEOUT_MS });
  if (!read.ok) return fail('ban_list', `It cannot be read (${read.code}): ${stale}.`, rest);
  const verdict = verifyBanList(read.value, { authority, public_keys, now });
  if (verdict.ok) return ok('ban_list', `It is current until ${verdict.expires_at}.`, { subject: authority });
  return fail('ban_list', `It cannot be relied on (${verdict.findings[0]?.code}): ${stale}.`, rest);
}
