import { type MarkdownBlock, readMarkdown } from '@wcp-workers/shared-text';
import type { Request } from '../schema.ts';

/** A paragraph, a list item or a heading of a document, as plain text on one line. */
export interface Block {
  readonly kind: 'paragraph' | 'item' | 'heading';
  readonly text: string;
}

/** The blocks of a document in order, none of them empty. */
export function blocksOf(text: string, format: Request['format']): Block[] {
  const blocks = format === 'markdown' ? markdownBlocks(text) : plainBlocks(text);
  return blocks
    .map((block) => ({ ...block, text: block.text.replace(/\s+/g, ' ').trim() }))
    .filter((block) => block.text !== '');
}

/** The blocks of a plain text are separated by blank lines. */
function plainBlocks(text: string): Block[] {
  const parts = text.split(/\r?\n[ \t]*(?:\r?\n[ \t]*)+/);
  return parts.map((part) => ({ kind: 'paragraph', text: part }));
}

/** Code, tables and front matter are left out, and so are lines that look like a table without a head. */
function markdownBlocks(text: string): Block[] {
  const { blocks, plainText } = readMarkdown(text);
  return blocks.flatMap(({ kind, content }) => {
    if (!isText(kind) || content.startsWith('|')) return [];
    return [{ kind, text: plainText(withoutMarks(content)) }];
  });
}

function isText(kind: MarkdownBlock['kind']): kind is Block['kind'] {
  return kind === 'paragraph' || kind === 'item' || kind === 'heading';
}

const FOOTNOTE = /\[\^[^[\]]{1,100}\]/g;
/** The number of a requirement in bold letters, such as `**CW-2-1**`. */
const REQUIREMENT_ID = /(?:\*\*|__)[A-Z][A-Z0-9]{0,15}(?:-[A-Z0-9.]{1,15}){1,6}:?(?:\*\*|__):?/g;

/** Marks that point elsewhere say nothing in a summary. */
function withoutMarks(content: string): string {
  return content.replace(FOOTNOTE, '').replace(REQUIREMENT_ID, '');
}
