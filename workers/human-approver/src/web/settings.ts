import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type HallAccess, readHallAccess } from '../hall/hall-access.ts';
import { problem } from '../hall/hall-problem.ts';

/** The settings of the page, from the environment. */
export interface WebSettings {
  readonly hall: HallAccess;
  /** `WCP_APPROVER_TOKEN`: the password; null when there is none. */
  readonly password: string | null;
  /** `WCP_WEBHOOK_SECRET`: the secret with which the Hall signs its notices. */
  readonly webhook: Webhook | null;
  /** `WCP_APPROVER_URL`: the address under which stewards open the page. */
  readonly publicUrl: URL | null;
  /** `WCP_APPROVER_PROXY`: the address of the proxy before the page, whose `X-Forwarded-For` is believed. */
  readonly proxy: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;

const MIN_PASSWORD_LENGTH = 12;

/** Reads the settings; a sentence when one of them cannot be used. */
export function readWebSettings(env: Env): WebSettings | string {
  const hall = readHallAccess(env);
  if (typeof hall === 'string') return problem('HALL_NOT_CONFIGURED').message;
  const { WCP_APPROVER_TOKEN: password = '', WCP_WEBHOOK_SECRET: secret = '' } = env;
  if (password !== '' && password.length < MIN_PASSWORD_LENGTH) {
    return `WCP_APPROVER_TOKEN must have at least ${MIN_PASSWORD_LENGTH} characters.`;
  }
  const webhook = readSecret(secret);
  if (webhook === 'unusable') return 'WCP_WEBHOOK_SECRET must be whsec_ and base64, the same as in the Hall.';
  const publicUrl = readPublicUrl(env['WCP_APPROVER_URL'] ?? '');
  if (publicUrl === 'unusable') return 'WCP_APPROVER_URL must be http(s)://host[:port], without a path.';
  const proxy = env['WCP_APPROVER_PROXY'] ?? '';
  if (proxy !== '' && isIP(proxy) === 0)
    return 'WCP_APPROVER_PROXY must be an IP address, such as 127.0.0.1.';
  return { hall, password: orNull(password), webhook, publicUrl, proxy: orNull(proxy) };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function readSecret(secret: string): Webhook | null | 'unusable' {
  if (secret === '') return null;
  try {
    return new Webhook(secret);
  } catch {
    return 'unusable';
  }
}

function readPublicUrl(text: string): URL | null | 'unusable' {
  if (text === '') return null;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url : 'unusable';
}
