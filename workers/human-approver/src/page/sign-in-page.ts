import { type Content, html } from './html.ts';
import type { Page } from './layout.ts';

/** What the page to sign in shows. */
export interface SignInView {
  /** The token of the one-time link; null where a password is asked for. */
  readonly link: string | null;
  readonly isOneTime: boolean;
  readonly problem: string | null;
  readonly formToken: string;
}

/** Asks who comes for the password, or for a click: what looks at links for previews does not sign in. */
export function signInPage({ link, isOneTime, problem, formToken }: SignInView): Page {
  const main = html`<div class="narrow"><h1>Sign in</h1>
${problem !== null && html`<div class="message bad" role="alert">${problem}</div>`}
<form method="post" action="/sign-in" class="hold">
<input type="hidden" name="form_token" value="${formToken}">
${link === null ? passwordField(isOneTime) : html`<p>Your link signs you in once.</p><input type="hidden" name="token" value="${link}">`}
<div class="buttons"><button class="approve">Sign in</button></div></form>
<p><small>Signed in already, and came here by a link? <a href="/">Open the page.</a></small></p></div>`;
  return { title: 'Sign in – Human approver', main, signOutToken: null, isLive: false };
}

function passwordField(isOneTime: boolean): Content {
  const [label, hint] = isOneTime
    ? ['Token', 'The one in the link that this program printed when it started.']
    : ['Password', 'The one that the operator gave this program.'];
  return html`<label for="token">${label} <small>${hint}</small></label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>`;
}
