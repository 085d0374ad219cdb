import type { Store } from '../../../storage/store/store.ts';
import { readApproval } from '../../approval.ts';
import { type Channel, NotAccepted } from '../../notification/outbox.ts';
import type { MessageContext } from '../message-text.ts';
import { teamsActivity } from './teams-card.ts';

/** A workflow of Teams ("when a webhook request is received"). Its address is a secret. */
export interface TeamsWorkflowOptions {
  readonly workflow_url: string;
}

/** Cards that link to the page, and nothing more: a workflow cannot prove to the Hall who clicked. */
export function teamsWorkflowChannel(
  { workflow_url }: TeamsWorkflowOptions,
  context: MessageContext,
  store: Store,
): Channel {
  return {
    name: 'teams-workflow',
    noun: 'A card to a workflow of Teams',
    maxAtATime: 1,
    bodyOf: ({ approval }) => approval.approval_id,
    async send(_, approval_id, signal) {
      const row = await store.get('approvals', approval_id);
      if (row === null) return [];
      const approval = readApproval(row);
      const page = context.pageOf(approval_id);
      const card = teamsActivity(approval, { demanded: context.demanded(approval), page, tokens: null });
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(card);
      const response = await fetch(workflow_url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new NotAccepted(`HTTP ${response.status}`);
      return [];
    },
  };
}
