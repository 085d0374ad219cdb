import { Webhook } from 'standardwebhooks';
import type { HallClock } from '../../base/hall-clock.ts';
import type { ApprovalNotice } from './approval-notice.ts';
import type { Channel } from './outbox.ts';

/** Where notices of approvals are sent (Standard Webhooks: signed with HMAC-SHA256, retried). */
export interface WebhookTarget {
  readonly url: string;
  /** `whsec_` and the base64 of the key. */
  readonly secret: string;
}

/** Notices that one receiver gets at a time; the others wait in the store. */
const MAX_AT_A_TIME = 8;

/** Sends notices to a webhook. */
export function webhookChannel({ url, secret }: WebhookTarget, clock: HallClock): Channel {
  return {
    name: url,
    noun: 'A webhook',
    maxAtATime: MAX_AT_A_TIME,
    bodyOf,
    async send(id, body, signal) {
      const sentAt = new Date(clock.now());
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
      };
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
      // Its body is the receiver's, of any size, and nobody reads it.
      await response.body?.cancel();
      return response.ok ? [] : null;
    },
  };
}

/** What is sent: never the request itself, which may hold what does not belong in a chat. */
function bodyOf({ kind, approval }: ApprovalNotice, timestamp: string): string {
  const { approval_id, level, tenant_id, correlation_id, capability_id, expires_at, state, decision } =
    approval;
  const data = { approval_id, state, level, tenant_id, correlation_id, capability_id, expires_at };
  return JSON.stringify({
    type: `wcp.approval.${kind}`,
    timestamp,
    data: { ...data, escalation_context: decision.escalation_context },
  });
}
