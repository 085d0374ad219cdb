import { type SignInView, signInPage } from '../../page/sign-in-page.ts';
import type { SignInOutcome } from '../access/authenticator.ts';
import { setCookie } from '../access/cookies.ts';
import { randomSecret } from '../access/secrets.ts';
import { SESSION_SECONDS } from '../access/sessions.ts';
import type { ReceivedRequest, WebServices } from '../request.ts';
import { redirect, type WebResponse } from '../response.ts';

const VISIT_SECONDS = 3600;

/** `GET /sign-in`: the form for the password. A link is only put into a form: opening it does not use it up. */
export function showSignIn({ query, visitor }: ReceivedRequest, services: WebServices): WebResponse {
  const link = services.authenticator.token === null ? null : query.get('token');
  return signInResponse(services, visitor, { status: 200, link, problem: null });
}

/** Why somebody is not signed in. */
const REFUSALS: Readonly<
  Record<Exclude<SignInOutcome, 'accepted'>, readonly [status: number, sentence: string]>
> = {
  wrong: [403, 'Wrong password or token.'],
  used: [
    403,
    'This link was already used. Restart the program to get a new one, or set a password in WCP_APPROVER_TOKEN.',
  ],
  'too-many': [429, 'Too many attempts. Try again in 15 minutes.'],
};

/** `POST /sign-in`: opens a session, with a new cookie. */
export function signIn({ form, address, visitor }: ReceivedRequest, services: WebServices): WebResponse {
  const { authenticator, sessions, cookies } = services;
  const outcome = authenticator.signIn(form.get('token') ?? '', address);
  if (outcome === 'accepted') {
    return redirect('/', {
      'set-cookie': [
        setCookie(cookies.session, sessions.open(), SESSION_SECONDS, cookies),
        setCookie(cookies.visitor, '', 0, cookies),
      ],
    });
  }
  const [status, problem] = REFUSALS[outcome];
  return signInResponse(services, visitor, { status, link: null, problem });
}

/** `POST /sign-out`. */
export function signOut({ session }: ReceivedRequest, { sessions, cookies }: WebServices): WebResponse {
  sessions.close(session);
  return redirect('/sign-in', { 'set-cookie': setCookie(cookies.session, '', 0, cookies) });
}

type View = Pick<SignInView, 'link' | 'problem'> & { readonly status: number };

function signInResponse(
  { authenticator, tokens, cookies }: WebServices,
  cookie: string,
  { status, link, problem }: View,
): WebResponse {
  const visitor = cookie === '' ? randomSecret() : cookie;
  const formToken = tokens.tokenFor(visitor, '/sign-in');
  return {
    status,
    headers: { 'set-cookie': setCookie(cookies.visitor, visitor, VISIT_SECONDS, cookies) },
    page: signInPage({ link, isOneTime: authenticator.token !== null, problem, formToken }),
  };
}
