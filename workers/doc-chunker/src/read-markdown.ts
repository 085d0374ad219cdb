import type { Block } from './sections.ts';

const FENCE = /^[ \t>]*(`{3,}(?!.*`)|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+([\s\S]*)|)$/;
const UNDERLINE = /^ {0,3}(?:=+|(-+))[ \t]*$/;
/** What a heading that is underlined does not begin with: an item, a quotation, a row, code. */
const NO_TITLE = /^(?: {4}|\t| {0,3}(?:[-*+>|]|\d{1,9}[.)])(?:[ \t]|$))/;
const BLANK = /^\s*$/;

/** Blocks whose content is not read: how they begin, and how a line ends them. */
const RAW = [
  { opens: /^ {0,3}<!--/, closes: /-->/ },
  {
    opens: /^ {0,3}<(?:pre|script|style|textarea)(?:[ \t>]|$)/i,
    closes: /<\/(?:pre|script|style|textarea)>/i,
  },
] as const;

/** The blocks of a Markdown document, in order: headings, code, and whatever stands between blank lines. */
export function readMarkdown(text: string): Block[] {
  return new MarkdownReader(text).read();
}

class MarkdownReader {
  readonly #text: string;
  readonly #blocks: Block[] = [];
  #at = 0;
  /** Where the paragraph that is being read begins, and where its last line ends; null outside of one. */
  #open: { start: number; end: number } | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Block[] {
    this.#readFrontMatter();
    while (this.#at < this.#text.length) this.#readLine();
    this.#close();
    return this.#blocks;
  }

  #readLine(): void {
    const start = this.#at;
    const line = this.#takeLine();
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) this.#readCode(start, closingFence(fence));
    else if (BLANK.test(line)) this.#close();
    else if (HEADING.test(line)) this.#addHeading(start, line);
    else if (!this.#underlines(start, line)) this.#readText(start, line);
  }

  #readText(start: number, line: string): void {
    const raw = this.#open === null ? RAW.find(({ opens }) => opens.test(line)) : undefined;
    if (raw?.closes.test(line) === false) this.#readCode(start, raw.closes);
    else this.#open = { start: this.#open?.start ?? start, end: start + line.length };
  }

  /** Reads on to the line that closes a block, or to the end of the document. */
  #readCode(start: number, closes: RegExp): void {
    this.#close();
    let isClosed = false;
    while (!isClosed && this.#at < this.#text.length) isClosed = closes.test(this.#takeLine());
    this.#blocks.push({ kind: 'code', start, end: this.#at });
  }

  #addHeading(start: number, line: string): void {
    this.#close();
    const [, marks = '', title = ''] = HEADING.exec(line) ?? [];
    this.#pushHeading(
      { start, end: start + line.length },
      marks.length,
      title.replace(/(?:^|[ \t])#+[ \t]*$/, ''),
    );
  }

  /** Whether a line makes a heading of the paragraph above it. */
  #underlines(lineStart: number, line: string): boolean {
    const underline = UNDERLINE.exec(line);
    if (underline === null || this.#open === null) return false;
    const { start, end } = this.#open;
    const title = this.#text.slice(start, end);
    if (NO_TITLE.test(title)) return false;
    this.#open = null;
    this.#pushHeading({ start, end: lineStart + line.length }, underline[1] === undefined ? 1 : 2, title);
    return true;
  }

  #pushHeading({ start, end }: { start: number; end: number }, level: number, title: string): void {
    this.#blocks.push({ kind: 'heading', start, end, level, title: shortTitle(title) });
  }

  /** The lines between `---` at the very top are data: its last one underlines nothing. */
  #readFrontMatter(): void {
    if (!/^\ufeff?---[ \t]*\r?\n/.test(this.#text)) return;
    const end = /\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(this.#text);
    if (end === null) return;
    this.#at = end.index + end[0].length;
    this.#blocks.push({ kind: 'prose', start: 0, end: this.#at });
  }

  #close(): void {
    if (this.#open !== null) this.#blocks.push({ kind: 'prose', ...this.#open });
    this.#open = null;
  }

  /** The next line, without what ends it. */
  #takeLine(): string {
    const start = this.#at;
    const end = this.#text.indexOf('\n', start);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return this.#text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
  }
}

function closingFence(fence: string): RegExp {
  return new RegExp(`^[ \\t>]*${fence.charAt(0)}{${fence.length},}[ \\t]*$`);
}

/** A title is repeated in every chunk under it, so it is not as long as a document may make it. */
const MAX_TITLE_LENGTH = 120;

function shortTitle(title: string): string {
  const short = title
    .slice(0, 2 * MAX_TITLE_LENGTH)
    .replace(/\s+/g, ' ')
    .trim();
  return short.length <= MAX_TITLE_LENGTH ? short : `${short.slice(0, MAX_TITLE_LENGTH).toWellFormed()}…`;
}
