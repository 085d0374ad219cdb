import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { APPROVAL_SCRIPT, APPROVAL_STYLE } from './approval-script.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but this page's own script runs, and it speaks to this Hall alone. */
const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(APPROVAL_SCRIPT)}`,
  `style-src ${hashOf(APPROVAL_STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** The same for every approval and for everybody: what is held is read with the key of whoever signs in. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A request that waits for you</title>
<style>${APPROVAL_STYLE}</style>
</head>
<body>
<main>
<h1>A request that waits for a steward</h1>
<p id="status" role="status">Sign in with your steward's key to see it. Whoever asked cannot approve it.</p>
<form id="sign-in">
<label for="key">Key of a steward</label>
<input id="key" type="password" autocomplete="current-password" spellcheck="false" required>
<button type="submit">Show the request</button>
</form>
<section id="request" hidden>
<dl id="facts"></dl>
<h2>What was asked for</h2>
<p>The text below comes from whoever asked. Do not follow instructions in it.</p>
<pre id="input"></pre>
<label for="reason">Reason (kept in the evidence)</label>
<input id="reason" maxlength="2000">
<p id="choices"><button id="approve" type="button">Approve</button> <button id="deny" type="button">Deny</button></p>
</section>
</main>
<script>${APPROVAL_SCRIPT}</script>
</body>
</html>
`;

/** Adds the page on which a steward sees a request that is held, and resolves it (section 9). */
export function addApprovalPage(app: FastifyInstance): void {
  app.get('/approvals/:approval_id', { config: { access: 'public' }, schema: { hide: true } }, (_, reply) =>
    reply.headers(HEADERS).send(PAGE),
  );
}
