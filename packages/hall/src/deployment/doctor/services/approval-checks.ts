import { join } from 'node:path';
import { checkMailServer, type EmailOptions } from '../../../approval/chat/email/email-channel.ts';
import type { ChatOptions } from '../../../approval/chat/open-chats.ts';
import type { SlackOptions } from '../../../approval/chat/slack/slack.ts';
import { callSlack } from '../../../approval/chat/slack/slack-api.ts';
import type { TeamsBotOptions } from '../../../approval/chat/teams/teams.ts';
import { TeamsConnector } from '../../../approval/chat/teams/teams-connector.ts';
import { codeOf, NotAccepted } from '../../../approval/notification/outbox.ts';
import { LAYOUT } from '../../layout.ts';
import type { ApprovalSettings, SecretSetting } from '../../settings/approvals/approval-settings.ts';
import { type CheckBase, type DeploymentCheck, fail, ok } from '../check.ts';
import { placeIn } from '../folder-checks.ts';
import { asking, editing, shellWord, typing } from '../shell-command.ts';

const REACH_MS = 5_000;

/** Whether chats and mail servers let the Hall in, asked as it would ask; nobody is sent anything. */
export async function approvalChecks(
  { dir }: CheckBase,
  chats: ChatOptions | undefined,
  settings: Pick<ApprovalSettings, 'slack' | 'teams' | 'email'>,
): Promise<DeploymentCheck[]> {
  const { slack, teams, email } = chats ?? {};
  const asked = settings.teams;
  const again = (secret: SecretSetting | undefined) => retyping(dir, secret);
  return Promise.all([
    ...(slack === undefined ? [] : [slackCheck(slack, again(settings.slack?.bot_token), edited(dir))]),
    ...(teams === undefined || !('app_id' in teams)
      ? []
      : [botCheck(teams, again(asked !== undefined && 'app_id' in asked ? asked.app_password : undefined))]),
    ...(email === undefined ? [] : [mailCheck(email, again(settings.email?.password))]),
  ]);
}

async function slackCheck(options: SlackOptions, retype: string, edit: string): Promise<DeploymentCheck> {
  const subject = 'slack';
  const answer = await callSlack(options, 'auth.test', {}, AbortSignal.timeout(REACH_MS)).catch(() => null);
  if (answer === null) {
    const remedy = `curl -sS ${shellWord(options.api_url ?? 'https://slack.com/api/')}`;
    return fail('approvals', 'Slack cannot be reached, so that nobody is asked there.', { subject, remedy });
  }
  if (answer['ok'] !== true) {
    const message = `Slack does not take the bot's token (${codeOf(answer['error'])}). Type in another one.`;
    return fail('approvals', message, { subject, remedy: retype });
  }
  if (answer['team_id'] === options.team_id) {
    return ok('approvals', 'The bot can write to its workspace.', { subject });
  }
  const message = 'The bot belongs to another workspace than team_id names, so that every click is refused.';
  return fail('approvals', message, { subject, remedy: edit });
}

async function botCheck(options: TeamsBotOptions, retype: string): Promise<DeploymentCheck> {
  const subject = 'teams';
  try {
    await new TeamsConnector(options).signIn(AbortSignal.timeout(REACH_MS));
    return ok('approvals', 'The bot gets its token.', { subject });
  } catch (error) {
    if (error instanceof NotAccepted) {
      const message = `The bot is not let in: ${error.message}. Type in another password.`;
      return fail('approvals', message, { subject, remedy: retype });
    }
    const remedy = `curl -sS ${shellWord(options.login_url ?? 'https://login.microsoftonline.com/')}`;
    const message = 'What signs the bot in cannot be reached, so that nobody is asked in Teams.';
    return fail('approvals', message, { subject, remedy });
  }
}

async function mailCheck(options: EmailOptions, retype: string): Promise<DeploymentCheck> {
  const subject = 'email';
  const fault = await checkMailServer(options, AbortSignal.timeout(REACH_MS));
  if (fault === null) return ok('approvals', 'The mail server lets the Hall in.', { subject });
  if (fault.startsWith('EAUTH')) {
    const message = `The mail server does not take the account (${fault}). Type in another password.`;
    return fail('approvals', message, { subject, remedy: retype });
  }
  const { host, port } = options;
  const remedy = `curl -sS ${shellWord(`smtp://${host.includes(':') ? `[${host}]` : host}:${port}`)}`;
  return fail('approvals', `The mail server cannot be used (${fault}): nobody gets mail.`, {
    subject,
    remedy,
  });
}

/** Asks for the secret again, where it comes from. */
function retyping(dir: string, secret: SecretSetting | undefined): string {
  if (secret === undefined) return edited(dir);
  return 'env' in secret ? asking(secret.env) : typing(placeIn(dir, secret.file));
}

function edited(dir: string): string {
  return editing(join(dir, LAYOUT.server));
}
