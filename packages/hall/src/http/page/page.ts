import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** A page for stewards: the same for everybody, because what it shows it asks for with the key of whoever signs in. */
export interface Page {
  readonly title: string;
  /** What is in `main`. */
  readonly body: string;
  /** Runs after {@link TOOLS}. */
  readonly script: string;
}

/**
 * What every page needs. The key stays in its memory and goes to this Hall alone; all that is shown is text, in which
 * characters that could deceive the reader are written out (section 3.6).
 */
const TOOLS = String.raw`'use strict';
const part = (id) => document.getElementById(id);
const say = (text) => { part('status').textContent = text; };
const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const shown = (text) =>
  String(text).replace(HIDDEN, (one) => '\\u' + one.charCodeAt(0).toString(16).padStart(4, '0'));
let key = '';

async function ask(path, body) {
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'error',
    headers: {
      authorization: 'Bearer ' + key,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = new TextDecoder('utf-8', { fatal: true }).decode(await response.arrayBuffer());
  const answer = JSON.parse(text);
  if (response.ok) return answer;
  throw new Error(shown(answer.detail ?? answer.title ?? 'The Hall refused.'));
}

async function confirmWith(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({ publicKey })).toJSON();
}

function onSignIn(then) {
  part('sign-in').addEventListener('submit', async (event) => {
    event.preventDefault();
    key = part('key').value.trim();
    part('key').value = '';
    try {
      await then();
    } catch (error) {
      say(error.message);
    }
  });
}
`;

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
label, input, textarea { display: block; width: 100%; box-sizing: border-box; }
input, textarea { font: inherit; padding: 0.4rem; margin: 0.2rem 0 0.8rem; }
button { font: inherit; padding: 0.4rem 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { max-height: 24rem; overflow: auto; padding: 0.8rem; border: 1px solid; white-space: pre-wrap; overflow-wrap: anywhere; }
[hidden] { display: none; }
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The whole script of a page. */
export function scriptOf({ script }: Pick<Page, 'script'>): string {
  return `${TOOLS}\n${script}`;
}

/** Nothing but the page's own script runs, and it speaks to this Hall alone. */
function headersOf(page: Page): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(scriptOf(page))}`,
    `style-src ${hashOf(STYLE)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  };
}

function htmlOf(page: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${page.title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${page.body}</main>
<script>${scriptOf(page)}</script>
</body>
</html>
`;
}

/** Adds a page at a path. */
export function addPage(app: FastifyInstance, path: string, page: Page): void {
  const [headers, html] = [headersOf(page), htmlOf(page)];
  app.get(path, { config: { access: 'public' }, schema: { hide: true } }, (_, reply) =>
    reply.headers(headers).send(html),
  );
}
