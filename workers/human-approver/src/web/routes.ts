import { receiveWebhook, streamEvents } from './handlers/receive-webhook.ts';
import { resolveHold } from './handlers/resolve-hold.ts';
import { showFreshHolds, showHolds } from './handlers/show-holds.ts';
import { showRequest } from './handlers/show-request.ts';
import { showSignIn, signIn, signOut } from './handlers/sign-in.ts';
import type { ReceivedRequest, WebServices } from './request.ts';
import type { WebResponse } from './response.ts';

/** One route. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Who may call it: a steward who is signed in, any visitor, or the Hall, which signs its requests. */
  readonly access: 'steward' | 'visitor' | 'hall';
  /** The longest body, in bytes. */
  readonly maxBytes: number;
  handle(request: ReceivedRequest, services: WebServices): WebResponse | Promise<WebResponse>;
}

const KIB = 1024;
/** A result of two megabytes, each byte of it written as `%XX`. */
const MAX_FORM_LENGTH = 6 * KIB * KIB + 64 * KIB;

/** Every route of the page. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/$/, access: 'steward', maxBytes: 0, handle: showHolds },
  { method: 'GET', path: /^\/holds$/, access: 'steward', maxBytes: 0, handle: showFreshHolds },
  { method: 'GET', path: /^\/events$/, access: 'steward', maxBytes: 0, handle: streamEvents },
  {
    method: 'GET',
    path: /^\/holds\/([A-Za-z0-9_-]{1,64})\/request$/,
    access: 'steward',
    maxBytes: 0,
    handle: showRequest,
  },
  {
    method: 'POST',
    path: /^\/holds\/([A-Za-z0-9_-]{1,64})$/,
    access: 'steward',
    maxBytes: MAX_FORM_LENGTH,
    handle: resolveHold,
  },
  { method: 'GET', path: /^\/sign-in$/, access: 'visitor', maxBytes: 0, handle: showSignIn },
  { method: 'POST', path: /^\/sign-in$/, access: 'visitor', maxBytes: 16 * KIB, handle: signIn },
  { method: 'POST', path: /^\/sign-out$/, access: 'steward', maxBytes: 16 * KIB, handle: signOut },
  { method: 'POST', path: /^\/webhook$/, access: 'hall', maxBytes: 256 * KIB, handle: receiveWebhook },
];
