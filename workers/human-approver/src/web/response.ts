import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { bareLayout, layout, messagePage, type Page } from '../page/layout.ts';
import { randomSecret } from './access/secrets.ts';

interface ResponseHead {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
}

/** A page; `isBare` when its own script asks only for the content. */
export interface PageResponse extends ResponseHead {
  readonly page: Page;
  readonly isBare?: boolean;
}

/** A response: a page, a text, or a stream of events. */
export type WebResponse =
  | PageResponse
  | (ResponseHead & { readonly text: string })
  | (ResponseHead & { readonly stream: (response: ServerResponse) => void });

/** Redirects a browser to another place of this server. */
export function redirect(location: string, headers: OutgoingHttpHeaders = {}): WebResponse {
  return { status: 303, headers: { ...headers, location }, text: '' };
}

/** A page that says why a request failed. */
export function problemPage(status: number, title: string, sentence: string): PageResponse {
  return { status, page: messagePage(title, sentence) };
}

/** Headers of every response: it is not stored or framed, and its type and origin are not guessed or leaked. */
const HEADERS: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // Not "no-referrer": with that, forms would not send their origin.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Sends a response with the headers that protect it. */
export function sendResponse(response: ServerResponse, content: WebResponse): void {
  const headers = { ...HEADERS, ...content.headers };
  if ('page' in content) {
    sendPage(response, content, headers);
    return;
  }
  const policy = { 'content-security-policy': `${NOTHING}; form-action 'none'; sandbox` };
  if ('stream' in content) {
    response.writeHead(content.status, { ...headers, ...policy, 'content-type': 'text/event-stream' });
    content.stream(response);
    return;
  }
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  response.writeHead(content.status, { ...headers, ...policy, ...type }).end(content.text);
}

function sendPage(
  response: ServerResponse,
  { status, page, isBare = false }: PageResponse,
  headers: OutgoingHttpHeaders,
): void {
  const nonce = randomSecret();
  const policy = [NOTHING, `style-src 'nonce-${nonce}'`, "form-action 'self'"];
  if (page.script !== null) policy.push(`script-src 'nonce-${nonce}'`);
  if (page.script?.isConnected === true) policy.push("connect-src 'self'");
  response.writeHead(status, {
    ...headers,
    'content-security-policy': policy.join('; '),
    'content-type': 'text/html; charset=utf-8',
  });
  response.end((isBare ? bareLayout(page) : layout(page, nonce)).text);
}
