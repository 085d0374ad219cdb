const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/** Letters and digits with their marks. */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;
/** Scripts that put no space between words, or between a word and what belongs to it. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Bopomofo}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]/u;
/** A run of them, with the marks and the long vowel that belong to every script. */
const UNSPACED_RUN = new RegExp(`(?:${UNSPACED.source}[\\p{M}ー]*)+`, 'gu');

/** A vowel of Thai and Lao that the compatibility form splits; the dictionaries have it whole. */
const SPLIT_VOWEL = /\u0e4d\u0e32|\u0ecd\u0eb2/g;
/** Vowel signs of Arabic and Hebrew, which most texts leave out, and the stroke that stretches a word. */
const OPTIONAL = /[\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]/g;
/** Accents of Greek, which capitals and hasty texts leave out. */
const GREEK_ACCENT = /(?<=\p{sc=Greek})\p{M}+/gu;
/** Letters of Arabic and Greek that are written in several ways. */
const VARIANTS: ReadonlyMap<string, string> = new Map([
  ...['أ', 'إ', 'آ', 'ٱ'].map((letter): [string, string] => [letter, 'ا']),
  ['ى', 'ي'],
  ['ی', 'ي'],
  ['ک', 'ك'],
  ['ة', 'ه'],
  ['ς', 'σ'],
]);
const VARIANT = new RegExp(`[${[...VARIANTS.keys()].join('')}]`, 'g');

/**
 * The words of a text in lower case and in their order: letters and digits with their marks. Text without
 * spaces (Chinese, Japanese, Thai …) is divided as Unicode and its dictionaries do (UAX 29), so that a Latin
 * word inside it is a word too. Full-width letters, the vowel signs of
 * Arabic and Hebrew and the accents of Greek make no difference.
 *
 * @example
 * ```ts
 * import { wordsOf } from '@wcp-workers/shared-text';
 *
 * wordsOf('The fog-horn, WCP协议'); // ['the', 'fog', 'horn', 'wcp', '协议']
 * ```
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(GREEK_ACCENT, '')
    .normalize('NFC')
    .replace(SPLIT_VOWEL, (vowel) => (vowel.startsWith('\u0e4d') ? '\u0e33' : '\u0eb3'))
    .replace(OPTIONAL, '')
    .replace(VARIANT, (letter) => VARIANTS.get(letter) ?? letter);
  const runs: readonly string[] = plain.match(WORD) ?? [];
  return runs.flatMap((run) => (run.length > 1 && UNSPACED.test(run) ? segmentsOf(run) : [run]));
}

/**
 * Whether a text has a character of a script that puts no space between words.
 *
 * @example
 * ```ts
 * import { isUnspaced } from '@wcp-workers/shared-text';
 *
 * isUnspaced('WCP协议'); // true
 * ```
 */
export function isUnspaced(text: string): boolean {
  return UNSPACED.test(text);
}

/**
 * The part of a text whose words are separated by spaces, and the part whose words only a dictionary finds; each
 * in its order, with a space in place of what is in the other.
 *
 * @example
 * ```ts
 * import { divideScripts } from '@wcp-workers/shared-text';
 *
 * divideScripts('Das WCP协议 hier'); // { spaced: 'Das WCP  hier', unspaced: '协议' }
 * ```
 */
export function divideScripts(text: string): { readonly spaced: string; readonly unspaced: string } {
  if (!UNSPACED.test(text)) return { spaced: text, unspaced: '' };
  const runs = text.match(UNSPACED_RUN) ?? [];
  return { spaced: text.replace(UNSPACED_RUN, ' '), unspaced: runs.join(' ') };
}

function segmentsOf(run: string): string[] {
  return Array.from(WORDS.segment(run), ({ segment }) => segment);
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Scripts whose words have one or two characters each, and how many neighbours a search takes together. */
const SHORT = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Bopomofo}\p{sc=Hangul}ー]+$/u;
const SHORT_RUN = 2;
/** Scripts whose words have more characters. */
const LONG = /^[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]+$/u;
const LONG_RUN = 3;

/**
 * The runs of neighbouring characters in a longer word of a script without spaces: two of Chinese, Japanese and
 * Korean, three of Thai, Lao, Khmer, Burmese and Tibetan; none for any other word. A search that takes them
 * beside the words finds a word also where the dictionary divided it in another way, and a Korean noun
 * whatever is attached to it.
 *
 * @example
 * ```ts
 * import { runsOf } from '@wcp-workers/shared-text';
 *
 * runsOf('钟表匠'); // ['钟表', '表匠']
 * ```
 */
export function runsOf(word: string): string[] {
  if (SHORT.test(word)) return neighbours([...word], SHORT_RUN);
  if (!LONG.test(word)) return [];
  return neighbours(
    Array.from(GRAPHEMES.segment(word), ({ segment }) => segment),
    LONG_RUN,
  );
}

function neighbours(characters: readonly string[], length: number): string[] {
  if (characters.length <= length) return [];
  const last = characters.length - length;
  return Array.from({ length: last + 1 }, (_, at) => characters.slice(at, at + length).join(''));
}

/**
 * The single characters of a word of Chinese, Japanese or Korean; none for any other word.
 *
 * @example
 * ```ts
 * import { charactersOf } from '@wcp-workers/shared-text';
 *
 * charactersOf('灯塔'); // ['灯', '塔']
 * ```
 */
export function charactersOf(word: string): string[] {
  const characters = SHORT.test(word) ? [...word] : [];
  return characters.length > 1 ? characters : [];
}
