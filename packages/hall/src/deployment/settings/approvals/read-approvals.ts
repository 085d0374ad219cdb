import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import type { ChatOptions } from '../../../approval/chat/open-chats.ts';
import type { ApprovalDemand } from '../../../approval/demand/approval-demand.ts';
import type { RelyingParty } from '../../../approval/passkey/confirmations.ts';
import type { DeploymentFinding } from '../../deployment-error.ts';
import { type Env, missingVariable, serverFinding } from '../server-file.ts';
import type { ServerSettings } from '../server-settings.ts';
import type { ApprovalSettings, SecretSetting } from './approval-settings.ts';

/** How approvals are made in a deployment. */
export interface DeploymentApprovals {
  readonly demands: readonly ApprovalDemand[];
  readonly webauthn: RelyingParty | undefined;
  readonly chats: ChatOptions | undefined;
}

/** Where secrets are looked for. */
interface Place {
  readonly dir: string;
  readonly env: Env;
  readonly findings: DeploymentFinding[];
}

/** In bytes. */
const MAX_SECRET = 64 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The approvals of a deployment with their secrets; what is wrong is added to `findings`. */
export async function readApprovals(
  { approvals, public_url, host, port }: ServerSettings,
  dir: string,
  env: Env,
  findings: DeploymentFinding[],
): Promise<DeploymentApprovals> {
  const { demands, webauthn = partyOf(public_url, host, port), slack, teams, email } = approvals;
  const place = { dir, env, findings };
  if (webauthn === undefined && demands.some(({ confirmation }) => confirmation === 'webauthn')) {
    findings.push(noParty());
  }
  const isAsking = slack !== undefined || teams !== undefined || email !== undefined;
  if (isAsking && public_url === undefined) findings.push(noPage());
  const chats = isAsking ? await readChats(approvals, public_url ?? '', place) : undefined;
  return { demands, webauthn, chats };
}

async function readChats(
  { slack, teams, email }: ApprovalSettings,
  page_url: string,
  place: Place,
): Promise<ChatOptions> {
  return {
    page_url,
    ...(slack !== undefined && { slack: await readSlack(slack, place) }),
    ...(teams !== undefined && { teams: await readTeams(teams, place) }),
    ...(email !== undefined && { email: await readEmail(email, place) }),
  };
}

async function readSlack(slack: NonNullable<ApprovalSettings['slack']>, place: Place) {
  return {
    ...slack,
    bot_token: await readSecret(slack.bot_token, '/approvals/slack/bot_token', place),
    signing_secret: await readSecret(slack.signing_secret, '/approvals/slack/signing_secret', place),
    stewards: new Map(Object.entries(slack.stewards)),
  };
}

async function readTeams(teams: NonNullable<ApprovalSettings['teams']>, place: Place) {
  if ('workflow_url' in teams) {
    const path = '/approvals/teams/workflow_url';
    const workflow_url = await readSecret(teams.workflow_url, path, place);
    if (workflow_url !== '' && URL.parse(workflow_url)?.protocol !== 'https:') {
      place.findings.push(invalidSecret(path, 'must be an address that begins with https://'));
    }
    return { workflow_url };
  }
  return {
    ...teams,
    app_password: await readSecret(teams.app_password, '/approvals/teams/app_password', place),
    stewards: new Map(Object.entries(teams.stewards)),
  };
}

async function readEmail({ password, ...email }: NonNullable<ApprovalSettings['email']>, place: Place) {
  if (password === undefined) return email;
  return { ...email, password: await readSecret(password, '/approvals/email/password', place) };
}

/** The text of a secret; where it cannot be read, a finding and no text. */
async function readSecret(
  source: SecretSetting,
  path: string,
  { dir, env, findings }: Place,
): Promise<string> {
  if ('env' in source) {
    const value = env[source.env] ?? '';
    if (value === '') findings.push(missingVariable(`${path}/env`, source.env));
    return value;
  }
  try {
    const bytes = await readRegularFile(resolve(dir, source.file), MAX_SECRET, { followsLinks: true });
    const value = UTF8.decode(bytes).replace(/\r?\n$/, '');
    if (value !== '') return value;
  } catch {
    // Reported below; the cause may quote the secret.
  }
  findings.push(invalidSecret(`${path}/file`, 'cannot be read, is empty, or is no text'));
  return '';
}

/** Where passkeys belong unless server.json says so: the domain that browsers reach the Hall under. */
function partyOf(publicUrl: string | undefined, host: string, port: number): RelyingParty | undefined {
  const isLocal = publicUrl === undefined && port !== 0 && ['localhost', '127.0.0.1', '::1'].includes(host);
  const address = isLocal ? `http://localhost:${port}` : publicUrl;
  if (address === undefined) return undefined;
  const { protocol, hostname: rp_id, origin } = new URL(address);
  const isSecure = protocol === 'https:' || rp_id === 'localhost';
  return isSecure && isIP(rp_id.replace(/^\[|\]$/g, '')) === 0 ? { rp_id, origin } : undefined;
}

function noParty(): DeploymentFinding {
  const message =
    'A demand needs passkeys, and there is no site that they belong to: set public_url to an https address with a domain, or approvals.webauthn.';
  return serverFinding({ path: '/approvals/demands', code: 'NO_PASSKEY_SITE', message });
}

function noPage(): DeploymentFinding {
  const message =
    'Messages link to the page of an approval: set public_url to the address that stewards open.';
  return serverFinding({ path: '/public_url', code: 'NO_PAGE_ADDRESS', message });
}

function invalidSecret(path: string, what: string): DeploymentFinding {
  return serverFinding({ path, code: 'SECRET_INVALID', message: `The secret ${what}.` });
}
