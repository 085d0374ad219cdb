import { readMarkdown } from './read-markdown.ts';
import type { Span } from './span.ts';

/** A paragraph, a piece of code or a heading. */
export interface Block extends Span {
  readonly kind: 'prose' | 'code' | 'heading';
  /** Of a heading: 1 to 6, and its text. */
  readonly level?: number;
  readonly title?: string;
}

/** What stands under one heading. */
export interface Section {
  /** The heading and those that it is under, `A > B`; null before the first one. */
  readonly heading: string | null;
  /** Where the heading stands, with those above it that have no text of their own; null for none. */
  readonly lead: Span | null;
  readonly blocks: readonly Block[];
}

/** The sections of a document in order. A plain text is one, for it has no headings. */
export function sectionsOf(text: string, format: 'text' | 'markdown'): Section[] {
  if (format === 'text') return [{ heading: null, lead: null, blocks: paragraphsOf(text) }];
  return groupBlocks(readMarkdown(text));
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

/** A section as it is gathered. */
interface OpenSection {
  heading: string | null;
  lead: Span | null;
  blocks: Block[];
}

function groupBlocks(blocks: readonly Block[]): Section[] {
  const titles: string[] = [];
  let open: OpenSection = { heading: null, lead: null, blocks: [] };
  const sections = [open];
  for (const block of blocks) {
    if (block.kind !== 'heading') {
      open.blocks.push(block);
      continue;
    }
    const heading = pathUnder(titles, block);
    if (open.lead !== null && open.blocks.length === 0) {
      open.lead = { start: open.lead.start, end: block.end };
      open.heading = heading;
    } else {
      open = { heading, lead: { start: block.start, end: block.end }, blocks: [] };
      sections.push(open);
    }
  }
  return sections;
}

/** Enters a heading among those that are open, which `titles` holds by level, and gives its path. */
function pathUnder(titles: string[], { level = 1, title = '' }: Block): string | null {
  titles.length = Math.min(titles.length, level - 1);
  titles[level - 1] = title;
  const path = titles.filter((each) => each !== undefined && each !== '');
  return path.length === 0 ? null : path.join(' > ');
}
