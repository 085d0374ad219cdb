import { Webhook } from 'standardwebhooks';
import { type HallAccess, readHallAccess } from '../hall/hall-access.ts';
import { problem } from '../hall/hall-problem.ts';

/** What the operator says of the page, in the environment. */
export interface WebSettings {
  readonly hall: HallAccess;
  /** `WCP_APPROVER_TOKEN`: the password; null where there is none. */
  readonly password: string | null;
  /** `WCP_WEBHOOK_SECRET`: what the Hall signs its notices with. */
  readonly webhook: Webhook | null;
  /** `WCP_APPROVER_URL`: the address under which stewards open the page. */
  readonly publicUrl: URL | null;
}

type Env = Readonly<Record<string, string | undefined>>;

const SHORTEST_PASSWORD = 12;

/** Reads the settings; in one sentence, what is wrong with them. */
export function readWebSettings(env: Env): WebSettings | string {
  const hall = readHallAccess(env);
  if (typeof hall === 'string') return problem('HALL_NOT_CONFIGURED').message;
  const { WCP_APPROVER_TOKEN: password = '', WCP_WEBHOOK_SECRET: secret = '' } = env;
  if (password !== '' && password.length < SHORTEST_PASSWORD) {
    return `WCP_APPROVER_TOKEN has at least ${SHORTEST_PASSWORD} characters.`;
  }
  const webhook = readSecret(secret);
  if (webhook === 'unusable') return 'WCP_WEBHOOK_SECRET is whsec_ and base64, as the Hall has it.';
  const publicUrl = readPublicUrl(env['WCP_APPROVER_URL'] ?? '');
  if (publicUrl === 'unusable') return 'WCP_APPROVER_URL is http(s)://host[:port], without a path.';
  return { hall, password: password === '' ? null : password, webhook, publicUrl };
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
