import { type SignInView, signInPage } from '../../page/sign-in-page.ts';
import { type Answer, redirect } from '../answer.ts';
import type { Asked, WebParts } from '../asked.ts';
import { setCookie } from '../cookies.ts';
import type { Attempt } from '../door.ts';
import { randomSecret } from '../secret.ts';
import { SESSION_SECONDS } from '../sessions.ts';

const VISIT_SECONDS = 3600;

/** `GET /sign-in`: asks for the password. Of a link only its form is made: nothing is used up by looking. */
export function showSignIn({ query, visitor }: Asked, parts: WebParts): Answer {
  const link = parts.door.token === null ? null : query.get('token');
  return signInAnswer(parts, visitor, { status: 200, link, problem: null });
}

/** What is said to whoever is not let in. */
const REFUSALS: Readonly<Record<Exclude<Attempt, 'in'>, readonly [status: number, sentence: string]>> = {
  wrong: [403, 'That is not it.'],
  used: [
    403,
    'This link was used already. Start the program again for a new one, or give it a password in WCP_APPROVER_TOKEN.',
  ],
  'too-many': [429, 'Too many attempts. Try again in a quarter of an hour.'],
};

/** `POST /sign-in`: lets in who knows the secret, under a new cookie. */
export function signIn({ form, address, visitor }: Asked, parts: WebParts): Answer {
  const { door, sessions, cookies } = parts;
  const attempt = door.try(form.get('token') ?? '', address);
  if (attempt === 'in') {
    return redirect('/', {
      'set-cookie': [
        setCookie(cookies.session, sessions.open(), SESSION_SECONDS, cookies),
        setCookie(cookies.visitor, '', 0, cookies),
      ],
    });
  }
  const [status, problem] = REFUSALS[attempt];
  return signInAnswer(parts, visitor, { status, link: null, problem });
}

/** `POST /sign-out`. */
export function signOut({ session }: Asked, { sessions, cookies }: WebParts): Answer {
  sessions.close(session);
  return redirect('/sign-in', { 'set-cookie': setCookie(cookies.session, '', 0, cookies) });
}

type Shown = Pick<SignInView, 'link' | 'problem'> & { readonly status: number };

function signInAnswer(
  { door, tokens, cookies }: WebParts,
  visitor: string,
  { status, link, problem }: Shown,
): Answer {
  const known = visitor === '' ? randomSecret() : visitor;
  const formToken = tokens.tokenFor(known, '/sign-in');
  return {
    status,
    headers: { 'set-cookie': setCookie(cookies.visitor, known, VISIT_SECONDS, cookies) },
    page: signInPage({ link, isOneTime: door.token !== null, problem, formToken }),
  };
}
