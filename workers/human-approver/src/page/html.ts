/** A safe piece of HTML, made by {@link html} or {@link constantHtml} only. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes; null and false are nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/**
 * Makes HTML. Every value is text, even from an attacker: its marks are escaped and its invisible characters are
 * shown. Attributes need double quotes.
 *
 * @example html`<p>${'<script>'}</p>`.text // '<p>&lt;script&gt;</p>'
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((part, at) => part + textOf(values[at] ?? null)).join(''));
}

/** HTML that is a constant of this package. */
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

/**
 * Characters that show nothing or change how others are shown: controls except line feed and tab, marks that
 * turn the direction of writing, characters without width, lone surrogates, private characters.
 */
const INVISIBLE = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Writes every invisible character as `\uXXXX`. The text is an attacker's.
 *
 * @example visibleText('abc\u202e') // 'abc\\u202e'
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join(''),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
