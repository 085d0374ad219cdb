import { type Content, html } from './html.ts';
import type { Page, PageScript } from './layout.ts';
import { PROOF_SCRIPT } from './proof-script.ts';

/** What the sign-in page shows. */
export interface SignInView {
  /** The token of the one-time link; null when a password is needed. */
  readonly link: string | null;
  readonly isOneTime: boolean;
  readonly problem: string | null;
  readonly formToken: string;
  /** The work that the browser does for the attempt; null for none. */
  readonly proof: { readonly puzzles: number; readonly bits: number } | null;
}

const WORKING: PageScript = { code: PROOF_SCRIPT, isConnected: false };

/** Asks for the password, or for a click on a one-time link: software that previews links does not sign in. */
export function signInPage({ link, isOneTime, problem, formToken, proof }: SignInView): Page {
  const main = html`<div class="narrow"><h1>Sign in</h1>
${problem !== null && html`<div class="message bad" role="alert">${problem}</div>`}
<form method="post" action="/sign-in" class="hold"${proof !== null && html` data-puzzles="${proof.puzzles}" data-bits="${proof.bits}"`}>
<input type="hidden" name="form_token" value="${formToken}">${proof !== null && html`<input type="hidden" name="proof">`}
${link === null ? passwordField(isOneTime) : html`<p>This link works once.</p><input type="hidden" name="token" value="${link}">`}
<div class="buttons"><button class="approve">Sign in</button></div></form>
<p><small>Already signed in? <a href="/">Open the page.</a></small></p></div>`;
  return {
    title: 'Sign in – Human approver',
    main,
    signOutToken: null,
    script: proof === null ? null : WORKING,
  };
}

function passwordField(isOneTime: boolean): Content {
  const [label, hint] = isOneTime
    ? ['Token', 'From the link that this program printed when it started.']
    : ['Password', 'Set by the operator in WCP_APPROVER_TOKEN.'];
  return html`<label for="token">${label} <small>${hint}</small></label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>`;
}
