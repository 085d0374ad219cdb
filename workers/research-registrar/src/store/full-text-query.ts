/** The most words of a question that are searched for. */
const MAX_WORDS = 64;

/**
 * A question as a query of FTS5: any of its words, each in quotation marks. They contain only letters, digits
 * and their marks, so that a caller cannot use the syntax of FTS5. Null when there is no word.
 */
export function fullTextQuery(question: string): string | null {
  const words = new Set(
    question
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu),
  );
  if (words.size === 0) return null;
  return [...words]
    .slice(0, MAX_WORDS)
    .map((word) => `"${word}"`)
    .join(' OR ');
}
