import { html } from './html.ts';
import type { Page } from './layout.ts';

/** A page that says one thing. */
export function messagePage(title: string, sentence: string): Page {
  const main = html`<div class="narrow"><h1>${title}</h1><p>${sentence}</p><p><a href="/">To the holds</a></p></div>`;
  return { title: `${title} – Human approver`, main, signOutToken: null, isLive: false };
}
