import { type Html, html } from './html.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** A script of a page. */
export interface PageScript {
  readonly code: Html;
  /** Whether it talks to this server. */
  readonly isConnected: boolean;
}

/** Keeps a page up to date. */
export const LIVE: PageScript = { code: SCRIPT, isConnected: true };

/** A page of this server. */
export interface Page {
  readonly title: string;
  readonly main: Html;
  /** The token of the form that signs out; null when nobody is signed in. */
  readonly signOutToken: string | null;
  /** The one script that it runs; null for none. */
  readonly script: PageScript | null;
}

/** The whole document. The nonce is in the policy of the response: no other script or style runs. */
export function layout({ title, main, signOutToken, script }: Page, nonce: string): Html {
  const signOut =
    signOutToken !== null &&
    html`<form method="post" action="/sign-out"><input type="hidden" name="form_token" value="${signOutToken}"><button>Sign out</button></form>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex"><style nonce="${nonce}">${STYLE}</style></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header class="top"><a href="/">Human approver</a>${signOut}</header>
<main id="main" tabindex="-1">${main}</main>
${script !== null && html`<script nonce="${nonce}">${script.code}</script>`}</body></html>
`;
}

/** The content of a page, for the script of an open one: a style with another nonce would be refused there. */
export function bareLayout({ title, main }: Page): Html {
  return html`<!doctype html><title>${title}</title><main>${main}</main>`;
}

/** A page with one message. */
export function messagePage(title: string, sentence: string): Page {
  const main = html`<div class="narrow"><h1>${title}</h1><p>${sentence}</p><p><a href="/">Back to the holds</a></p></div>`;
  return { title: `${title} – Human approver`, main, signOutToken: null, script: null };
}
