import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { StewardClient } from '../hall/steward-client.ts';
import type { Authenticator } from './access/authenticator.ts';
import type { Cookies } from './access/cookies.ts';
import type { FormTokens } from './access/secrets.ts';
import type { Sessions } from './access/sessions.ts';
import type { LivePages } from './live-pages.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

/** What the handlers of requests share. */
export interface WebServices {
  readonly hall: StewardClient;
  /** The address of the operator's proxy, whose `X-Forwarded-For` is believed; null when there is none. */
  readonly proxy: string | null;
  /** The values of `Host` that are served. */
  readonly hosts: ReadonlySet<string>;
  readonly cookies: Cookies;
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly tokens: FormTokens;
  readonly livePages: LivePages;
  /** Null when the operator gave no secret. */
  readonly webhooks: WebhookReceiver | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A request that passed all checks of access. An attacker may have written its texts. */
export interface ReceivedRequest {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Where it comes from: the peer, or what the operator's own proxy says. */
  readonly address: string;
  /** The cookie of a browser that signed in before; null when there is none. */
  readonly device: string | null;
  readonly body: string;
  /** The fields of a form, read from the body. */
  readonly form: URLSearchParams;
  /** The id in the path; empty when there is none. */
  readonly id: string;
  /** The cookie of a steward who is signed in; empty on routes that need no steward. */
  readonly session: string;
  /** The cookie of a visitor who is about to sign in; empty when there is none yet. */
  readonly visitor: string;
}

/** Why a body is not read. */
export type UnreadableBody = { readonly unreadable: 'too-long' | 'not-utf8' };

/** Reads the body of a request, which must be UTF-8 and not longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | UnreadableBody> {
  const parts: Buffer[] = [];
  let length = 0;
  // The connection stays open when the body is too long: the response uses it.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) return { unreadable: 'too-long' };
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  return isUtf8(bytes) ? bytes.toString('utf8') : { unreadable: 'not-utf8' };
}

/** Whether what a form escapes is UTF-8 too: what a steward writes is recorded, and never in part. */
export function isReadableForm(body: string): boolean {
  try {
    decodeURIComponent(body);
    return true;
  } catch {
    return false;
  }
}
