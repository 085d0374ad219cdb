import type { IncomingMessage } from 'node:http';
import { type Answer, redirect, refuse } from './answer.ts';
import type { WebParts } from './asked.ts';
import { readCookie } from './cookies.ts';
import { readBody } from './read-body.ts';
import { ROUTES, type Route } from './routes.ts';

const NOT_HERE = refuse(421, 'Not here', 'No page of this name is served. WCP_APPROVER_URL names one.');
const FOREIGN = refuse(
  403,
  'Not from here',
  'Nothing was done: the form is not one that this page made for you. Open it again.',
);

/** Answers a request: its host, its route, who asks, from which page, with which form; then the work. */
export async function handle(request: IncomingMessage, parts: WebParts): Promise<Answer> {
  if (!parts.hosts.has(request.headers.host ?? '')) return NOT_HERE;
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const route = findRoute(request, path);
  if ('status' in route) return route;
  const who = whoAsks(request, parts);
  if (route.access === 'steward' && who.session === '') return signedOut(request);
  const isForm = route.method === 'POST' && route.access !== 'hall';
  if (isForm && isForeign(request)) return FOREIGN;
  const body = route.method === 'GET' ? '' : await readText(request, route);
  if (typeof body !== 'string') return body;
  const form = new URLSearchParams(isForm ? body : '');
  const owner = route.access === 'steward' ? who.session : who.visitor;
  if (isForm && !parts.tokens.isValid(form.get('form_token'), owner, path)) return FOREIGN;
  const { headers, socket } = request;
  const [, id = ''] = route.path.exec(path) ?? [];
  const query = new URLSearchParams(search);
  return route.answer({ headers, address: socket.remoteAddress ?? '', query, body, form, id, ...who }, parts);
}

function findRoute({ method }: IncomingMessage, path: string): Route | Answer {
  const found = ROUTES.filter((route) => route.path.test(path));
  const route = found.find((one) => one.method === method);
  if (route !== undefined) return route;
  if (found.length === 0) return refuse(404, 'Not found', 'There is nothing here.');
  const headers = { allow: found.map((one) => one.method).join(', ') };
  return { ...refuse(405, 'Not so', 'This can be asked for in another way.'), headers };
}

function whoAsks({ headers }: IncomingMessage, { cookies, sessions }: WebParts) {
  const session = readCookie(headers.cookie, cookies.session) ?? '';
  const visitor = readCookie(headers.cookie, cookies.visitor) ?? '';
  return { session: sessions.isOpen(session) ? session : '', visitor };
}

function signedOut({ method }: IncomingMessage): Answer {
  if (method === 'GET') return redirect('/sign-in');
  return refuse(401, 'Signed out', 'Nothing was resolved. Sign in, and do it again.');
}

/** Whether the browser says that a form comes from a page of somebody else. */
function isForeign({ headers }: IncomingMessage): boolean {
  const { origin, host, 'sec-fetch-site': site = 'same-origin' } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) return true;
  return site !== 'same-origin' && site !== 'none';
}

async function readText(request: IncomingMessage, { bytes, access }: Route): Promise<string | Answer> {
  const type = access === 'hall' ? 'application/json' : 'application/x-www-form-urlencoded';
  const [given = ''] = (request.headers['content-type'] ?? '').split(';');
  if (given.trim().toLowerCase() !== type) return refuse(415, 'Not so', `The body is of the type ${type}.`);
  const body = await readBody(request, bytes);
  if (body !== null) return body.toString('utf8');
  const headers = { connection: 'close' };
  return { ...refuse(413, 'Too long', 'Nothing was done: what was sent is too long.'), headers };
}
