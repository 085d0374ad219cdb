import { escaped } from './layout.ts';

/** What a table says of a word of a Hall or a worker, which may be newer than this program: else the word itself, escaped. */
export function wordFor(table: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(table, word) ? table[word] : undefined) ?? escaped(String(word));
}
