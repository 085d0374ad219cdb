import { analyse } from 'chardet';

/** How sure a guess must be, of 100, and how far above the next one. */
const MIN_CONFIDENCE = 20;
const MIN_LEAD = 1.25;

/** The guess is made from a part, around the first byte that is not ASCII. */
const BEFORE = 2000;
const BEHIND = 100_000;

/** Characters that no text contains: controls, and those that have no meaning outside of one program. */
const NOT_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\p{Co}\p{Cn}]/u;

const ESCAPE = 0x1b;
/** What ISO-2022-JP writes is ASCII too: this begins its first character. */
const JIS_MARK = '\x1b$';
const JIS = 'iso-2022-jp';

/** Encodings that a detector takes for each other, because most of their letters have the same bytes. */
const TWINS: ReadonlyMap<string, string> = new Map([
  ['iso-8859-2', 'windows-1250'],
  ['iso-8859-7', 'windows-1253'],
  ['iso-8859-8', 'windows-1255'],
]);

/** Text, and the name of the encoding that it was decoded from. */
export interface Guess {
  readonly text: string;
  readonly encoding: string;
}

/**
 * The text of bytes that say nothing of their encoding: as UTF-8 where they are, else as what a detector
 * is sure of (chardet, from ICU); null when it is not.
 */
export function guessCharset(content: Uint8Array): Guess | null {
  const utf8 = decodeAs(content, 'utf-8');
  if (utf8 !== null && !utf8.text.includes(JIS_MARK)) return utf8;
  const likely = likelyCharset(content);
  if (utf8 !== null) return (likely === JIS ? decodeAs(content, JIS) : null) ?? utf8;
  const guess = likely === null ? null : readTwins(content, likely);
  return guess === null || NOT_TEXT.test(guess.text) ? null : guess;
}

function decodeAs(content: Uint8Array, encoding: string): Guess | null {
  const text = decodeExactly(content, encoding);
  return text === null ? null : { text, encoding };
}

/** Of two encodings that give different texts, the one that gives letters where the other does not. */
function readTwins(content: Uint8Array, encoding: string): Guess | null {
  const guess = decodeAs(content, encoding);
  const twin = decodeAs(content, TWINS.get(encoding) ?? encoding);
  if (guess === null || twin === null || guess.text === twin.text) return guess ?? twin;
  const [isGuess, isTwin] = [hasLettersWhereOther(guess, twin), hasLettersWhereOther(twin, guess)];
  if (isGuess === isTwin) return null;
  return isGuess ? guess : twin;
}

const LETTER = /\p{L}/u;

/** Whether a text has a letter wherever it differs from the other; each byte is one code unit in both. */
function hasLettersWhereOther({ text }: Guess, { text: other }: Guess): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== other[at] && !LETTER.test(text.charAt(at))) return false;
  }
  return true;
}

/** Null when any byte has no character. */
export function decodeExactly(content: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    return null;
  }
}

/** The best of the encodings in which every byte is a character of a text, when it is far above the next. */
function likelyCharset(content: Uint8Array): string | null {
  const first = content.findIndex((byte) => byte > 0x7f || byte === ESCAPE);
  const part = content.subarray(Math.max(0, first - BEFORE), first + BEHIND);
  let best: { readonly encoding: string; readonly confidence: number } | null = null;
  for (const { name, confidence } of analyse(part)) {
    const read = decodeAs(content, name);
    if (read === null || NOT_TEXT.test(read.text)) continue;
    if (best !== null) return best.confidence < MIN_LEAD * confidence ? null : best.encoding;
    if (confidence < MIN_CONFIDENCE) return null;
    best = { encoding: new TextDecoder(name).encoding, confidence };
  }
  return best === null ? null : best.encoding;
}
