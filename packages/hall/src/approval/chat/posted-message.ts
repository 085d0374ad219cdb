import type { Change, StatefulRow, Store } from '../../storage/store/store.ts';
import { type Approval, readApproval } from '../approval.ts';
import type { ApprovalNotice } from '../notification/approval-notice.ts';
import type { Channel } from '../notification/outbox.ts';

/** What a chat needs to keep a message about a hold up to date. */
export interface Chat {
  /** Names the chat, and the place in it, in the store. */
  readonly name: string;
  /** Writes a message; resolves with what names it there. @throws {NotAccepted} */
  post(approval: Approval, signal: AbortSignal): Promise<string>;
  /** Replaces a message. @throws {NotAccepted} */
  update(message: string, approval: Approval, signal: AbortSignal): Promise<void>;
}

/**
 * One message in a chat for each hold, which shows the hold as it is when the message is sent: whatever the order in
 * which notices arrive, and however often one is sent again, the last state stands.
 */
export function chatChannel(chat: Chat, store: Store): Channel {
  return {
    name: chat.name,
    noun: `A message to ${chat.name}`,
    // One after the other: two notices of one hold never make two messages.
    maxAtATime: 1,
    bodyOf: ({ approval: { approval_id } }: ApprovalNotice) => approval_id,
    async send(_, approval_id, signal) {
      const row = await store.get('approvals', approval_id);
      if (row === null) return [];
      const approval = readApproval(row);
      const posted = await store.get('outbox', keyOf(chat, approval_id));
      if (posted !== null) return update(chat, posted, approval, signal);
      // What ended before anybody could be told of it needs nobody any more.
      if (approval.state !== 'pending' && approval.state !== 'advised') return [];
      const message = await chat.post(approval, signal);
      return approval.state === 'pending' ? [remembered(chat, approval, message)] : [];
    },
  };
}

async function update(
  chat: Chat,
  posted: StatefulRow,
  approval: Approval,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  await chat.update(posted.document, approval, signal);
  return approval.state === 'pending' ? [] : [{ remove: 'outbox', key: posted.id }];
}

function remembered(chat: Chat, { approval_id, created_at, tenant_id }: Approval, message: string): Change {
  const row = { id: keyOf(chat, approval_id), state: 'posted', at: created_at, tenant_id };
  return { put: 'outbox', row: { ...row, decision_id: approval_id, document: message } };
}

function keyOf({ name }: Chat, approvalId: string): string {
  return `${name} ${approvalId}`;
}
