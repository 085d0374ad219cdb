/** The most words of a question that are looked for. */
const MAX_WORDS = 64;

/**
 * A question as FTS5 reads it: any of its words, each in quotation marks. Nothing but letters, digits and
 * their marks gets into them, so that the syntax of FTS5 is out of a caller's reach. Null without a word.
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
