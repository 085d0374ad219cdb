export { type MarkdownBlock, type MarkdownDocument, readMarkdown } from './markdown.ts';
export { sentenceStarts } from './sentences.ts';
export { charactersOf, runsOf, wordsOf } from './words.ts';
