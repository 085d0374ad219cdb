import type { Store } from '../../storage/store/store.ts';
import type { Approval } from '../approval.ts';
import { type ApprovalDemand, demandedNow } from '../demand/approval-demand.ts';
import type { Channel } from '../notification/outbox.ts';
import { type EmailOptions, emailChannel } from './email/email-channel.ts';
import type { MessageContext } from './message-text.ts';
import { chatChannel } from './posted-message.ts';
import { Slack, type SlackOptions } from './slack/slack.ts';
import { TeamsBot, type TeamsBotOptions } from './teams/teams.ts';
import { type TeamsWorkflowOptions, teamsWorkflowChannel } from './teams/teams-workflow.ts';

/** Where stewards are asked, beside webhooks. */
export interface ChatOptions {
  /** The address of this Hall as stewards' browsers see it: messages link to its page. */
  readonly page_url: string;
  readonly slack?: SlackOptions;
  readonly teams?: TeamsBotOptions | TeamsWorkflowOptions;
  readonly email?: EmailOptions;
}

/** The chats of a Hall: those that take clicks, and the channels of them all. */
export interface Chats {
  readonly slack: Slack | null;
  readonly teams: TeamsBot | null;
  readonly channels: readonly Channel[];
}

/** Opens the chats that are configured. */
export function openChats(
  options: ChatOptions | undefined,
  store: Store,
  demands: readonly ApprovalDemand[],
): Chats {
  if (options === undefined) return { slack: null, teams: null, channels: [] };
  const context = contextOf(options.page_url, demands);
  const slack = options.slack === undefined ? null : new Slack(options.slack, context);
  const { teams: where, email } = options;
  const teams = where !== undefined && 'app_id' in where ? new TeamsBot(where, context) : null;
  const channels = [
    ...(slack === null ? [] : [chatChannel(slack, store)]),
    ...(teams === null ? [] : [chatChannel(teams, store)]),
    ...(where !== undefined && 'workflow_url' in where ? [teamsWorkflowChannel(where, context, store)] : []),
    ...(email === undefined ? [] : [emailChannel(email, context)]),
  ];
  return { slack, teams, channels };
}

function contextOf(pageUrl: string, demands: readonly ApprovalDemand[]): MessageContext {
  const base = pageUrl.endsWith('/') ? pageUrl : `${pageUrl}/`;
  return {
    pageOf: (approvalId: string) => new URL(`approvals/${encodeURIComponent(approvalId)}`, base).href,
    demanded: (approval: Approval) => demandedNow(approval, demands),
  };
}
