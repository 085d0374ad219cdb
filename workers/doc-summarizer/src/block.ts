/** A paragraph, a list item or a heading of a document, as plain text. */
export interface Block {
  readonly kind: 'prose' | 'item' | 'heading';
  readonly text: string;
}

/** The blocks of a plain text: what stands between blank lines. */
export function plainBlocks(text: string): Block[] {
  return text
    .split(/\r?\n[ \t]*(?:\r?\n[ \t]*)+/)
    .map((part) => ({ kind: 'prose' as const, text: squeeze(part) }))
    .filter((block) => block.text !== '');
}

/** One space wherever there is any white space. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
