import type { OutgoingHttpHeaders } from 'node:http';
import { type SignInView, signInPage } from '../../page/sign-in-page.ts';
import { setCookie } from '../access/cookies.ts';
import { isProof, PROOF } from '../access/proof.ts';
import { randomSecret } from '../access/secrets.ts';
import { SESSION_SECONDS } from '../access/sessions.ts';
import type { ReceivedRequest, WebServices } from '../request.ts';
import { redirect, type WebResponse } from '../response.ts';

const VISIT_SECONDS = 3600;
const DEVICE_SECONDS = 180 * 86_400;

/** `GET /sign-in`: the form for the password. A link is only put into a form: opening it does not use it up. */
export function showSignIn(request: ReceivedRequest, services: WebServices): WebResponse {
  const link = services.authenticator.token === null ? null : request.query.get('token');
  return signInResponse(services, request, { status: 200, link, problem: null });
}

/** Why somebody is not signed in. */
const REFUSALS: Readonly<Record<'wrong' | 'used', readonly [status: number, sentence: string]>> = {
  wrong: [403, 'Wrong password or token.'],
  used: [
    403,
    'This link was already used. Restart the program to get a new one, or set a password in WCP_APPROVER_TOKEN.',
  ],
};

/** `POST /sign-in`: opens a session, with a new cookie. */
export function signIn(request: ReceivedRequest, services: WebServices): WebResponse {
  const { authenticator, sessions, cookies } = services;
  const [secret, formToken, proof] = ['token', 'form_token', 'proof'].map(
    (name) => request.form.get(name) ?? '',
  ) as [string, string, string];
  const outcome = authenticator.signIn(secret, request, isProof(proof, formToken, secret));
  if (outcome.kind === 'accepted') {
    return redirect('/', {
      'set-cookie': [
        setCookie(cookies.session, sessions.open(), SESSION_SECONDS, cookies),
        setCookie(cookies.visitor, '', 0, cookies),
        ...(outcome.device === null
          ? []
          : [setCookie(cookies.device, outcome.device, DEVICE_SECONDS, cookies)]),
      ],
    });
  }
  if (outcome.kind === 'too-soon') {
    const { wait_seconds } = outcome;
    const problem = `Too many wrong passwords came from this address. Enter the password once more: your browser then works for a few seconds instead of waiting. Without scripts, try again in ${wait_seconds} s.`;
    const headers = { 'retry-after': String(wait_seconds) };
    return signInResponse(services, request, { status: 429, link: null, problem, headers });
  }
  const [status, problem] = REFUSALS[outcome.kind];
  return signInResponse(services, request, { status, link: null, problem });
}

/** `POST /sign-out`. */
export function signOut({ session }: ReceivedRequest, { sessions, cookies }: WebServices): WebResponse {
  sessions.close(session);
  return redirect('/sign-in', { 'set-cookie': setCookie(cookies.session, '', 0, cookies) });
}

type View = Pick<SignInView, 'link' | 'problem'> & {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
};

function signInResponse(
  { authenticator, tokens, cookies }: WebServices,
  request: ReceivedRequest,
  { status, link, problem, headers = {} }: View,
): WebResponse {
  const visitor = request.visitor === '' ? randomSecret() : request.visitor;
  const proof = authenticator.asksForProof(request) ? PROOF : null;
  const formToken = tokens.tokenFor(visitor, '/sign-in');
  return {
    status,
    headers: { ...headers, 'set-cookie': setCookie(cookies.visitor, visitor, VISIT_SECONDS, cookies) },
    page: signInPage({ link, isOneTime: authenticator.token !== null, problem, formToken, proof }),
  };
}
