import type { Answer } from './answer.ts';
import { resolveHold } from './answers/resolve-hold.ts';
import { showFreshHolds, showHolds } from './answers/show-holds.ts';
import { showRequest } from './answers/show-request.ts';
import { showSignIn, signIn, signOut } from './answers/sign-in.ts';
import { listen, takeWebhook } from './answers/take-webhook.ts';
import type { Asked, WebParts } from './asked.ts';

/** One thing that can be asked for. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Who: somebody who is signed in, anybody with a browser, or the Hall, which signs what it sends. */
  readonly access: 'steward' | 'visitor' | 'hall';
  /** The longest body, in bytes. */
  readonly bytes: number;
  answer(asked: Asked, parts: WebParts): Answer | Promise<Answer>;
}

const KIB = 1024;
/** A result of two megabytes, each byte of it written as `%XX`. */
const MAX_FORM_LENGTH = 6 * KIB * KIB + 64 * KIB;

/** Everything that can be asked for. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/$/, access: 'steward', bytes: 0, answer: showHolds },
  { method: 'GET', path: /^\/holds$/, access: 'steward', bytes: 0, answer: showFreshHolds },
  { method: 'GET', path: /^\/events$/, access: 'steward', bytes: 0, answer: listen },
  {
    method: 'GET',
    path: /^\/holds\/([A-Za-z0-9_-]{1,64})\/request$/,
    access: 'steward',
    bytes: 0,
    answer: showRequest,
  },
  {
    method: 'POST',
    path: /^\/holds\/([A-Za-z0-9_-]{1,64})$/,
    access: 'steward',
    bytes: MAX_FORM_LENGTH,
    answer: resolveHold,
  },
  { method: 'GET', path: /^\/sign-in$/, access: 'visitor', bytes: 0, answer: showSignIn },
  { method: 'POST', path: /^\/sign-in$/, access: 'visitor', bytes: 16 * KIB, answer: signIn },
  { method: 'POST', path: /^\/sign-out$/, access: 'steward', bytes: 16 * KIB, answer: signOut },
  { method: 'POST', path: /^\/webhook$/, access: 'hall', bytes: 256 * KIB, answer: takeWebhook },
];
