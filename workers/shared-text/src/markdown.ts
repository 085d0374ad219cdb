import MarkdownIt, { type Env, type Token } from 'markdown-it';

/** A part of a Markdown document that contains no other part. */
export interface MarkdownBlock {
  readonly kind: 'paragraph' | 'item' | 'heading' | 'code' | 'table' | 'front-matter';
  /** Where its first line begins, and where its last line ends, exclusive; in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** How many lists and quotations it is inside of. */
  readonly depth: number;
  /** The level of a heading, 1 to 6; otherwise 0. */
  readonly level: number;
  /** The Markdown of its text; empty for code, tables and front matter. */
  readonly content: string;
}

/** A Markdown document that was read. */
export interface MarkdownDocument {
  /** The blocks in order. Rules and link definitions are not blocks. */
  readonly blocks: readonly MarkdownBlock[];
  /** The plain text of a block's content: no markup, images or addresses, every line break a space. */
  plainText(content: string): string;
}

const markdown = new MarkdownIt('default', { html: true });
// Inline content is read on demand: who cuts a document needs only the text of its headings.
markdown.core.ruler.enableOnly(['normalize', 'block']);

/**
 * Reads Markdown (CommonMark with the tables and strikethrough of GitHub, and YAML front matter). Any text
 * is Markdown, so nothing throws. Takes linear time and bounded depth, whatever the text: it is a tenant's.
 *
 * @example
 * ```ts
 * import { readMarkdown } from '@wcp-workers/shared-text';
 *
 * const { blocks, plainText } = readMarkdown('# The *lamp*\n\nIt is lit at dusk.');
 * blocks.map(({ kind, content }) => [kind, plainText(content)]);
 * // [['heading', 'The lamp'], ['paragraph', 'It is lit at dusk.']]
 * ```
 */
export function readMarkdown(text: string): MarkdownDocument {
  const front = frontMatterLength(text);
  const env: Env = {};
  const tokens = markdown.parse(text.slice(front), env);
  const blocks = blocksOf(tokens, lineStarts(text, front));
  const first = front === 0 ? [] : [block('front-matter', { start: 0, end: front })];
  return { blocks: [...first, ...blocks], plainText: (content) => plainText(content, env) };
}

/** The lines between `---` at the very top are data when they begin with a name and a colon. */
const FRONT_MATTER = /^\ufeff?---[ \t]*\r?\n[^\n]*:/;
const FRONT_MATTER_END = /\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;

function frontMatterLength(text: string): number {
  const end = FRONT_MATTER.test(text) ? FRONT_MATTER_END.exec(text) : null;
  return end === null ? 0 : end.index + end[0].length;
}

/** Where each line begins, and where the text ends; a line ends as it does for the parser. */
function lineStarts(text: string, from: number): number[] {
  const ends = text.slice(from).matchAll(/\r\n?|\n/g);
  return [from, ...Array.from(ends, ({ 0: end, index }) => from + index + end.length), text.length];
}

function block(
  kind: MarkdownBlock['kind'],
  { start, end }: { readonly start: number; readonly end: number },
  more: Partial<MarkdownBlock> = {},
): MarkdownBlock {
  return { kind, start, end, depth: 0, level: 0, content: '', ...more };
}

function blocksOf(tokens: readonly Token[], starts: readonly number[]): MarkdownBlock[] {
  const at = (line: number) => starts[Math.min(line, starts.length - 1)] ?? 0;
  let depth = 0;
  return tokens.flatMap((token, index) => {
    if (CONTAINER.test(token.type)) depth += token.nesting;
    const read = token.map === null ? undefined : READERS[token.type];
    if (read === undefined || token.map === null) return [];
    const [first, last] = token.map;
    const { kind, level = 0, content = '' } = read(token, tokens[index + 1], tokens[index - 1]);
    return [block(kind, { start: at(first), end: at(last) }, { depth, level, content })];
  });
}

const CONTAINER = /^(?:blockquote|bullet_list|ordered_list)_(?:open|close)$/;

type Reading = Pick<MarkdownBlock, 'kind'> & Partial<Pick<MarkdownBlock, 'level' | 'content'>>;
type Reader = (token: Token, next: Token | undefined, before: Token | undefined) => Reading;

const READERS: Readonly<Record<string, Reader>> = {
  heading_open: ({ tag }, next) => ({
    kind: 'heading',
    level: Number(tag.slice(1)),
    content: next?.content ?? '',
  }),
  paragraph_open: (_, next, before) => {
    const content = next?.content ?? '';
    if (before?.type !== 'list_item_open') return { kind: 'paragraph', content };
    return { kind: 'item', content: content.replace(TASK_MARK, '') };
  },
  fence: () => ({ kind: 'code' }),
  code_block: () => ({ kind: 'code' }),
  html_block: ({ content }) => (RAW_HTML.test(content) ? { kind: 'code' } : { kind: 'paragraph', content }),
  table_open: () => ({ kind: 'table' }),
};

/** The box of a task that is done or to do. */
const TASK_MARK = /^\[[ xX]\]\s+/;
/** HTML whose content is not text: comments, declarations, scripts, styles and preformatted text. */
const RAW_HTML = /^ {0,3}<(?:[!?]|(?:pre|script|style|textarea)(?:[\s>]|$))/i;

function plainText(content: string, env: Env): string {
  const tokens: Token[] = [];
  markdown.inline.parse(content, markdown, env, tokens);
  const text: string[] = [];
  let hidden = 0;
  for (const token of tokens) {
    hidden = Math.max(0, hidden + hides(token));
    if (hidden === 0) text.push(shownText(token));
  }
  return text.join('').trim();
}

const HIDING_TAG = /^<(\/?)(?:script|style)\b/i;

/** 1 for what hides the text behind it, -1 for what shows it again: a bare address, a script, a style. */
function hides({ type, content, info, nesting }: Token): number {
  if (type === 'link_open' || type === 'link_close') return info === 'auto' ? nesting : 0;
  const tag = type === 'html_inline' ? HIDING_TAG.exec(content) : null;
  if (tag === null) return 0;
  return tag[1] === '' ? 1 : -1;
}

function shownText({ type, content }: Token): string {
  if (type === 'softbreak' || type === 'hardbreak') return ' ';
  return type === 'html_inline' || type === 'image' ? '' : content;
}
