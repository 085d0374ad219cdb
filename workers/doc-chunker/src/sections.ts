import { type MarkdownBlock, readMarkdown } from '@wcp-workers/shared-text';
import type { Span } from './span.ts';

/** A paragraph, or lines such as those of code. */
export interface Block extends Span {
  readonly kind: 'prose' | 'lines';
}

/** What is under one heading. */
export interface Section {
  /** The heading and those above it, `A > B`; null before the first one. */
  readonly heading: string | null;
  /** The place of the heading, with those directly above it that have no text of their own; null for none. */
  readonly lead: Span | null;
  readonly blocks: readonly Block[];
}

/** The sections of a document in order. A plain text has no headings, so it is one section. */
export function sectionsOf(text: string, format: 'text' | 'markdown'): Section[] {
  if (format === 'text') return [{ heading: null, lead: null, blocks: paragraphsOf(text) }];
  return markdownSections(text);
}

const BLANK_LINE = /\n(?:[^\S\n]*\n)+/g;

function paragraphsOf(text: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (const { 0: gap, index } of text.matchAll(BLANK_LINE)) {
    blocks.push({ kind: 'prose', start, end: index });
    start = index + gap.length;
  }
  return [...blocks, { kind: 'prose', start, end: text.length }];
}

/** A section while it is read. */
interface OpenSection {
  heading: string | null;
  lead: Span | null;
  blocks: Block[];
}

function markdownSections(text: string): Section[] {
  const { blocks, plainText } = readMarkdown(text);
  const titles: string[] = [];
  let open: OpenSection = { heading: null, lead: null, blocks: [] };
  const sections = [open];
  for (const [index, block] of blocks.entries()) {
    const span = wholeSpan(text, blocks, index);
    if (block.kind !== 'heading' || block.depth > 0) {
      open.blocks.push({ kind: LINES.has(block.kind) ? 'lines' : 'prose', ...span });
      continue;
    }
    const heading = headingPath(titles, block.level, shortTitle(plainText(block.content)));
    if (open.lead !== null && open.blocks.length === 0) {
      open.lead = { start: open.lead.start, end: span.end };
      open.heading = heading;
    } else {
      open = { heading, lead: span, blocks: [] };
      sections.push(open);
    }
  }
  return blocks.length === 0 ? [{ heading: null, lead: null, blocks: paragraphsOf(text) }] : sections;
}

/** Blocks that are cut between lines and not between sentences. */
const LINES: ReadonlySet<MarkdownBlock['kind']> = new Set(['code', 'table', 'front-matter']);

/** A block with everything up to the next one, so that nothing is lost: rules, link definitions, marks. */
function wholeSpan(text: string, blocks: readonly MarkdownBlock[], index: number): Span {
  const start = index === 0 ? 0 : (blocks[index]?.start ?? 0);
  return { start, end: blocks[index + 1]?.start ?? text.length };
}

/** Enters a heading among those that are open, which `titles` holds by level, and gives its path. */
function headingPath(titles: string[], level: number, title: string): string | null {
  titles.length = Math.min(titles.length, level - 1);
  titles[level - 1] = title;
  const path = titles.filter((each) => each !== undefined && each !== '');
  return path.length === 0 ? null : path.join(' > ');
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
