import { isUnspaced } from '@wcp-workers/shared-text';
import type { Sentence } from './reading/sentences.ts';

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });
const MAX_KEYWORDS = 10;
const HEADING = 2;

/** The most frequent words of a document, each in its most frequent form, those of headings first among equals. */
export function keywordsOf(sentences: readonly Sentence[]): string[] {
  const stems = new Map<string, { weight: number; forms: Map<string, number> }>();
  for (const { kind, surfaces } of sentences) {
    for (const [stem, surface] of surfaces) {
      const word = surface.toLowerCase();
      if (!isKeyword(word)) continue;
      const entry = stems.get(stem) ?? { weight: 0, forms: new Map() };
      entry.weight += kind === 'heading' ? HEADING : 1;
      entry.forms.set(word, (entry.forms.get(word) ?? 0) + 1);
      stems.set(stem, entry);
    }
  }
  return [...stems.values()]
    .map(({ weight, forms }) => ({ weight, word: greatest(forms) }))
    .sort((a, b) => b.weight - a.weight || compare(a.word, b.word))
    .slice(0, MAX_KEYWORDS)
    .map(({ word }) => word);
}

/** Three letters of a script with spaces, or two characters of one without: those write a word with fewer. */
function isKeyword(word: string): boolean {
  if (!isUnspaced(word)) return /^\p{L}[\p{L}\p{M}'’-]{2,}$/u.test(word);
  return /^\p{L}[\p{L}\p{M}ー]*$/u.test(word) && [...CHARACTERS.segment(word)].length > 1;
}

function greatest(forms: ReadonlyMap<string, number>): string {
  const [first] = [...forms].sort(([a, n], [b, m]) => m - n || compare(a, b));
  return first?.[0] ?? '';
}

/** By code unit: the order of a locale differs from machine to machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
