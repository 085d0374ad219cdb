import { charactersOf, runsOf, wordsOf } from '@wcp-workers/shared-text';

/** The most words of a question that are searched for, parts of words included. */
const MAX_WORDS = 64;

/**
 * What the index of words gets of a text: its words, and the parts by which words of scripts without spaces
 * are found, with a space between them.
 */
export function indexedText(text: string): string {
  return wordsOf(text)
    .flatMap((word) => [word, ...runsOf(word), ...charactersOf(word)])
    .join(' ');
}

/**
 * A question as a query of FTS5: any of its words, each in quotation marks. They contain only letters, digits
 * and their marks, so that a caller cannot use the syntax of FTS5. Null when there is no word.
 */
export function fullTextQuery(question: string): string | null {
  const words = wordsOf(question);
  const terms = [...new Set([...words, ...words.flatMap(runsOf)])];
  if (terms.length === 0) return null;
  return terms
    .slice(0, MAX_WORDS)
    .map((term) => `"${term}"`)
    .join(' OR ');
}
