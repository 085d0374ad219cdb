import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { readCookie } from './access/cookies.ts';
import { isReadableForm, readBody, type WebServices } from './request.ts';
import { problemPage, redirect, type WebResponse } from './response.ts';
import { ROUTES, type Route } from './routes.ts';

const UNKNOWN_HOST = problemPage(
  421,
  'Unknown host',
  'This host is not served here. Set it in WCP_APPROVER_URL.',
);
const FOREIGN_FORM = problemPage(
  403,
  'Form not accepted',
  'Nothing was done: this page did not make the form for you. Open the page again.',
);
const UNREADABLE = problemPage(400, 'Not readable', 'Nothing was done: the request is not UTF-8.');

/** Handles a request: checks its host, route, session, origin and form, then calls the route's handler. */
export async function handleRequest(request: IncomingMessage, services: WebServices): Promise<WebResponse> {
  if (!services.hosts.has(request.headers.host ?? '')) return UNKNOWN_HOST;
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const route = findRoute(request, path);
  if ('status' in route) return route;
  const caller = readCaller(request, services);
  if (route.access === 'steward' && caller.session === '') return signedOut(request);
  const isForm = route.method === 'POST' && route.access !== 'hall';
  if (isForm && isForeign(request)) return FOREIGN_FORM;
  const body = route.method === 'GET' ? '' : await readText(request, route);
  if (typeof body !== 'string') return body;
  if (isForm && !isReadableForm(body)) return UNREADABLE;
  const form = new URLSearchParams(isForm ? body : '');
  const owner = route.access === 'steward' ? caller.session : caller.visitor;
  if (isForm && !services.tokens.isValid(form.get('form_token'), owner, path)) return FOREIGN_FORM;
  const { headers } = request;
  const [, id = ''] = route.path.exec(path) ?? [];
  const query = new URLSearchParams(search);
  return route.handle(
    { headers, address: addressOf(request, services), query, body, form, id, ...caller },
    services,
  );
}

function findRoute({ method }: IncomingMessage, path: string): Route | WebResponse {
  const found = ROUTES.filter((route) => route.path.test(path));
  const route = found.find((one) => one.method === method);
  if (route !== undefined) return route;
  if (found.length === 0) return problemPage(404, 'Not found', 'There is no such page.');
  const allow = found.map((one) => one.method).join(', ');
  return { ...problemPage(405, 'Method not allowed', `Use ${allow}.`), headers: { allow } };
}

/** The last entry of the header is the one that the proxy itself wrote; those before it are the client's word. */
function addressOf({ headers, socket }: IncomingMessage, { proxy }: WebServices): string {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  const forwarded = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',').at(-1)?.trim() ?? '';
  return peer === proxy && isIP(forwarded) !== 0 ? forwarded : peer;
}

function readCaller({ headers }: IncomingMessage, { cookies, sessions }: WebServices) {
  const session = readCookie(headers.cookie, cookies.session) ?? '';
  const visitor = readCookie(headers.cookie, cookies.visitor) ?? '';
  const device = readCookie(headers.cookie, cookies.device);
  return { session: sessions.isOpen(session) ? session : '', visitor, device };
}

function signedOut({ method }: IncomingMessage): WebResponse {
  if (method === 'GET') return redirect('/sign-in');
  return problemPage(401, 'Signed out', 'Nothing was resolved. Sign in and try again.');
}

/** Whether the browser says that a form comes from a page of another origin. */
function isForeign({ headers }: IncomingMessage): boolean {
  const { origin, host, 'sec-fetch-site': site = 'same-origin' } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) return true;
  return site !== 'same-origin' && site !== 'none';
}

async function readText(
  request: IncomingMessage,
  { maxBytes, access }: Route,
): Promise<string | WebResponse> {
  const type = access === 'hall' ? 'application/json' : 'application/x-www-form-urlencoded';
  const [given = ''] = (request.headers['content-type'] ?? '').split(';');
  if (given.trim().toLowerCase() !== type) {
    return problemPage(415, 'Unsupported content type', `Send the body as ${type}.`);
  }
  const body = await readBody(request, maxBytes);
  if (typeof body === 'string') return body;
  if (body.unreadable === 'not-utf8') return UNREADABLE;
  const headers = { connection: 'close' };
  return { ...problemPage(413, 'Too long', 'Nothing was done: the request is too long.'), headers };
}
