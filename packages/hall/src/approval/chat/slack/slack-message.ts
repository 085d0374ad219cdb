import type { Approval } from '../../approval.ts';
import type { Demanded } from '../../demand/approval-demand.ts';
import { actionOn, type ButtonTokens } from '../button-token.ts';
import { messageText } from '../message-text.ts';

/** What a message is written with. */
interface Writing {
  readonly demanded: Demanded;
  /** The address of the approval's page. */
  readonly page: string;
  readonly tokens: ButtonTokens;
}

/** Everything is `plain_text`, which Slack shows as it is: no mark-up, mention or link that an asker could plant. */
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
const LABELS = { approve: ['Approve', 'primary'], deny: ['Deny', 'danger'] } as const;
/** The most that Slack takes in one section. */
const FIELDS = 10;

/** A message about a hold, in Block Kit. */
export function slackMessage(approval: Approval, { demanded, page, tokens }: Writing): object {
  const { title, facts, buttons, note } = messageText(approval, demanded);
  const fields = facts.map(([name, value]) => plain(`${name}: ${value}`));
  const sections = [fields.slice(0, FIELDS), fields.slice(FIELDS)].filter(({ length }) => length > 0);
  const elements = [
    ...buttons.map((resolution) => buttonOf(resolution, tokens.seal(actionOn(approval, resolution)))),
    { type: 'button', action_id: 'wcp_open', text: plain('Read the request'), url: page },
  ];
  return {
    // For notifications and readers that show no blocks.
    text: title,
    blocks: [
      { type: 'header', text: plain(title) },
      ...sections.map((list) => ({ type: 'section', fields: list })),
      ...(note === null ? [] : [{ type: 'section', text: plain(note) }]),
      { type: 'actions', elements },
    ],
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

function buttonOf(resolution: 'approve' | 'deny', value: string): object {
  const [label, style] = LABELS[resolution];
  return {
    type: 'button',
    action_id: `wcp_${resolution}`,
    text: plain(label),
    style,
    value,
    confirm: {
      title: plain(`${label} this request?`),
      text: plain('Your name is kept in the evidence.'),
      confirm: plain(label),
      deny: plain('Not yet'),
    },
  };
}
