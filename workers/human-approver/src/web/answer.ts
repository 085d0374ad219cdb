import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Page } from '../page/layout.ts';
import { messagePage } from '../page/message-page.ts';

interface AnswerHead {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
}

/** What is answered: a page, a text, or a stream of events. */
export type Answer = AnswerHead &
  (
    | { readonly page: Page /** Only what is in it, for its own script. */; readonly isBare?: boolean }
    | { readonly text: string }
    | { readonly stream: (response: ServerResponse) => void }
  );

/** Sends a browser on with GET. The place is one of this server. */
export function redirect(location: string, headers: OutgoingHttpHeaders = {}): Answer {
  return { status: 303, headers: { ...headers, location }, text: '' };
}

/** A page that says why not. */
export function refuse(status: number, title: string, sentence: string): Answer {
  return { status, page: messagePage(title, sentence) };
}
