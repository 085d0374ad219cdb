import { type Block, squeeze } from './block.ts';
import { cleanInline, dropMarkup } from './markdown-inline.ts';

/**
 * The blocks of a Markdown document: paragraphs, list items and headings. Code, tables, front matter,
 * rules, link definitions and HTML are left out.
 */
export function markdownBlocks(markdown: string): Block[] {
  const reader = new BlockReader(dropMarkup(markdown).split(/\r?\n/));
  return reader.read();
}

const FENCE = /^[ \t>]*(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?=[ \t]|$)/;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}>[ \t]?/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;
const DEFINITION = /^ {0,3}\[[^\]]{1,500}\]:/;
const INDENTED = /^(?: {4}|\t)/;
const TABLE_RULE = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+$/;

/** A longer line is no table's rule, and {@link TABLE_RULE} takes its time over many spaces. */
const MAX_TABLE_RULE_LENGTH = 2000;

class BlockReader {
  readonly #lines: readonly string[];
  readonly #blocks: Block[] = [];
  #open: { kind: 'prose' | 'item'; lines: string[] } | null = null;
  #inList = false;
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): Block[] {
    this.#skipFrontMatter();
    for (; this.#at < this.#lines.length; this.#at += 1) {
      this.#readLine(this.#line(this.#at));
    }
    this.#close();
    return this.#blocks;
  }

  #readLine(raw: string): void {
    const fence = FENCE.exec(raw)?.[1];
    const line = stripQuote(raw);
    if (fence !== undefined && !isInlineCode(raw, fence)) this.#skipFence(fence);
    else if (line.trim() === '') this.#close();
    else if (HEADING.test(line)) this.#addHeading(headingText(line));
    else if (this.#underlines(line)) this.#turnIntoHeading();
    else if (this.#isTable(line)) this.#skipTable();
    else if (RULE.test(line) || DEFINITION.test(line)) this.#close();
    else if (ITEM.test(line)) this.#openItem(line.replace(ITEM, ''));
    else this.#addText(line);
  }

  #addText(line: string): void {
    if (this.#open !== null) {
      this.#open.lines.push(line);
      return;
    }
    if (INDENTED.test(line) && !this.#inList) return;
    if (!/^[ \t]/.test(line)) this.#inList = false;
    this.#open = { kind: 'prose', lines: [line] };
  }

  #openItem(line: string): void {
    this.#close();
    this.#inList = true;
    this.#open = { kind: 'item', lines: [line] };
  }

  #addHeading(text: string): void {
    this.#close();
    this.#inList = false;
    this.#add('heading', text);
  }

  #underlines(line: string): boolean {
    return this.#open?.kind === 'prose' && UNDERLINE.test(line);
  }

  #turnIntoHeading(): void {
    const text = this.#open?.lines.join(' ') ?? '';
    this.#open = null;
    this.#addHeading(text);
  }

  #isTable(line: string): boolean {
    if (/^[ \t]*\|/.test(line)) return true;
    const next = this.#line(this.#at + 1);
    return line.includes('|') && next.length < MAX_TABLE_RULE_LENGTH && TABLE_RULE.test(next);
  }

  #skipTable(): void {
    this.#close();
    while (stripQuote(this.#line(this.#at + 1)).includes('|')) this.#at += 1;
  }

  #skipFence(fence: string): void {
    this.#close();
    if (!/^[ \t]/.test(this.#line(this.#at))) this.#inList = false;
    const end = new RegExp(`^[ \\t>]*${fence[0] === '~' ? '~' : '`'}{${fence.length},}[ \\t]*$`);
    do this.#at += 1;
    while (this.#at < this.#lines.length && !end.test(this.#line(this.#at)));
  }

  #skipFrontMatter(): void {
    if (this.#line(0).trimEnd() !== '---') return;
    const end = this.#lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(line));
    if (end > 0 && this.#line(1).includes(':')) this.#at = end + 1;
  }

  #close(): void {
    if (this.#open !== null) this.#add(this.#open.kind, this.#open.lines.join('\n'));
    this.#open = null;
  }

  #add(kind: Block['kind'], markdown: string): void {
    const text = squeeze(cleanInline(markdown));
    if (text !== '') this.#blocks.push({ kind, text });
  }

  #line(index: number): string {
    return this.#lines[index] ?? '';
  }
}

function headingText(line: string): string {
  return line
    .replace(HEADING, '')
    .trim()
    .replace(/(?:^|[ \t])#{1,20}$/, '');
}

/** A line such as ```` ```code``` ```` is a paragraph: the info of a fence has no backtick. */
function isInlineCode(line: string, fence: string): boolean {
  return fence.startsWith('`') && line.slice(line.indexOf(fence) + fence.length).includes('`');
}

function stripQuote(line: string): string {
  let rest = line;
  for (let level = 0; level < 8 && QUOTE.test(rest); level += 1) rest = rest.replace(QUOTE, '');
  return rest;
}
