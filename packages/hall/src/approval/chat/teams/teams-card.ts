import type { Approval } from '../../approval.ts';
import type { Demanded } from '../../demand/approval-demand.ts';
import { actionOn, type ButtonTokens } from '../button-token.ts';
import { messageText } from '../message-text.ts';

/** What a card is written with. */
interface Writing {
  readonly demanded: Demanded;
  /** The address of the approval's page. */
  readonly page: string;
  /** Null where the chat cannot say who clicked: the card then only links to the page. */
  readonly tokens: ButtonTokens | null;
}

const LABELS = { approve: ['Approve', 'positive'], deny: ['Deny', 'destructive'] } as const;
const MARKDOWN = /[\\`*_{}[\]()#+\-.!|<>~&]/g;

/** An activity of a chat with a card about a hold (Adaptive Cards 1.4). */
export function teamsActivity(approval: Approval, writing: Writing): object {
  const content = teamsCard(approval, writing);
  return {
    type: 'message',
    summary: content.fallbackText,
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  };
}

function teamsCard(approval: Approval, { demanded, page, tokens }: Writing) {
  const { title, facts, buttons, note } = messageText(approval, demanded);
  const actions = (tokens === null ? [] : buttons).map((resolution) => ({
    type: 'Action.Execute',
    title: LABELS[resolution][0],
    style: LABELS[resolution][1],
    verb: 'wcp_resolve',
    data: { wcp: tokens?.seal(actionOn(approval, resolution)) },
  }));
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: title,
    body: [
      { type: 'TextBlock', size: 'medium', weight: 'bolder', wrap: true, text: title },
      { type: 'FactSet', facts: facts.map(([name, value]) => ({ title: name, value: literal(value) })) },
      ...(note === null ? [] : [{ type: 'TextBlock', wrap: true, text: note }]),
    ],
    actions: [...actions, { type: 'Action.OpenUrl', title: 'Read the request', url: page }],
  };
}

/** Cards read a subset of Markdown in every text: what an asker chose is escaped, so that it plants no link. */
function literal(text: string): string {
  return text.replace(MARKDOWN, (one) => `\\${one}`);
}
