import { visibleText } from './visible-text.ts';

/** A piece of HTML that is safe: made by {@link html} or {@link constantHtml} alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; null and false are nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/**
 * Makes HTML. What is put in is text, whoever wrote it: its marks are escaped and its hidden characters are
 * shown. Attributes stand in double quotes.
 *
 * @example html`<p>${'<script>'}</p>`.text // '<p>&lt;script&gt;</p>'
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((part, at) => part + textOf(values[at] ?? null)).join(''));
}

/** HTML that this package itself holds as a constant. */
export function constantHtml(text: string): Html {
  return new Html(text);
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (content === null || content === false) return '';
  if (typeof content === 'object') return content.map(textOf).join('');
  return escapeMarks(visibleText(String(content)));
}

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeMarks(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => MARKS[mark] as string);
}
