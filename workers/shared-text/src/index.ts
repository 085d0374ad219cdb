export { type MarkdownBlock, type MarkdownDocument, readMarkdown } from './markdown.ts';
export { sentenceStarts } from './sentences.ts';
export { charactersOf, pairsOf, wordsOf } from './words.ts';
