export { type MarkdownBlock, type MarkdownDocument, readMarkdown } from './markdown.ts';
export { sentenceStarts } from './sentences.ts';
export { charactersOf, divideScripts, isUnspaced, runsOf, wordsOf } from './words.ts';
