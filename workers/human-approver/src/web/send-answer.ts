import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { bareLayout, layout } from '../page/layout.ts';
import type { Answer } from './answer.ts';
import { randomSecret } from './secret.ts';

/** What every answer says: nothing keeps it, frames it, guesses its type, or hears where it was. */
const HEADERS: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // Not "no-referrer": with that, forms would no longer say where they come from.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Sends an answer with the headers that protect it. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const headers = { ...HEADERS, ...answer.headers };
  if ('page' in answer) {
    sendPage(response, answer, headers);
    return;
  }
  const policy = { 'content-security-policy': `${NOTHING}; form-action 'none'; sandbox` };
  if ('stream' in answer) {
    response.writeHead(answer.status, { ...headers, ...policy, 'content-type': 'text/event-stream' });
    answer.stream(response);
    return;
  }
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  response.writeHead(answer.status, { ...headers, ...policy, ...type }).end(answer.text);
}

function sendPage(
  response: ServerResponse,
  { status, page, isBare = false }: Extract<Answer, { readonly page: unknown }>,
  headers: OutgoingHttpHeaders,
): void {
  const nonce = randomSecret();
  const parts = [NOTHING, `style-src 'nonce-${nonce}'`, "form-action 'self'"];
  if (page.isLive) parts.push(`script-src 'nonce-${nonce}'`, "connect-src 'self'");
  response.writeHead(status, {
    ...headers,
    'content-security-policy': parts.join('; '),
    'content-type': 'text/html; charset=utf-8',
  });
  response.end((isBare ? bareLayout(page) : layout(page, nonce)).text);
}
