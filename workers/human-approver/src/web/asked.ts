import type { IncomingHttpHeaders } from 'node:http';
import type { HallClient } from '../hall/hall-client.ts';
import type { Cookies } from './cookies.ts';
import type { Door } from './door.ts';
import type { FormTokens } from './form-tokens.ts';
import type { Listeners } from './listeners.ts';
import type { Sessions } from './sessions.ts';
import type { WebhookGate } from './webhook-gate.ts';

/** What the parts of the page share. */
export interface WebParts {
  readonly hall: HallClient;
  readonly hosts: ReadonlySet<string>;
  readonly cookies: Cookies;
  readonly door: Door;
  readonly sessions: Sessions;
  readonly tokens: FormTokens;
  readonly listeners: Listeners;
  /** Null where the operator gave no secret. */
  readonly webhooks: WebhookGate | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A request that was let in. Its texts are whatever somebody sent. */
export interface Asked {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  readonly body: string;
  /** The fields of a form, read from the body. */
  readonly form: URLSearchParams;
  /** The id that stands in the path; empty where there is none. */
  readonly id: string;
  /** The value of the cookie of whoever is signed in; empty where nobody needs to be. */
  readonly session: string;
  /** The value of the cookie of whoever wants to sign in; empty where there is none yet. */
  readonly visitor: string;
}
