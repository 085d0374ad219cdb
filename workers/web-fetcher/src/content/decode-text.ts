import { Refusal } from '../refusal.ts';
import { decodeExactly, guessCharset } from './guess-charset.ts';

/** A text that was decoded, without a byte that has no character. */
export interface DecodedText {
  readonly text: string;
  /** The name of the encoding, as the Encoding standard spells it. */
  readonly encoding: string;
  /** Whether nothing named the encoding and the bytes are not UTF-8. */
  readonly is_guess: boolean;
}

/** Marks at the beginning of a text that take precedence over any label. */
const BYTE_ORDER_MARKS: readonly (readonly [mark: readonly number[], label: string])[] = [
  // Before that of UTF-16, which it begins with; no browser reads it, so it is refused.
  [[0xff, 0xfe, 0, 0], 'utf-32le'],
  [[0, 0, 0xfe, 0xff], 'utf-32be'],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** How far into a page its own charset is searched for. */
const HEAD = 4096;
const META = /<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{1,40})/i;
const XML = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([a-z0-9_:.-]{1,40})/i;
/** ASCII is a part of UTF-8, and what is mislabelled as ASCII is mostly UTF-8. */
const ASCII = /^(?:us-)?ascii$/i;

/**
 * Decodes bytes: by their byte order mark, else the charset of the server, else (for HTML) that of the page,
 * else as UTF-8, else as what a detector is sure of. What does not fit is refused: text that was read in
 * part would be registered and signed as if it were the document.
 */
export function decodeText(
  content: Uint8Array,
  charset: string | null,
  isHtml: boolean,
): DecodedText | Refusal {
  const named = markOf(content) ?? encodingOf(charset) ?? encodingOf(isHtml ? ownCharset(content) : null);
  if (named !== null) {
    const text = decodeExactly(content, named);
    return text === null ? undecodable(named) : { text, encoding: named, is_guess: false };
  }
  const guess = guessCharset(content);
  return guess === null
    ? new Refusal('FETCH_UNDECODABLE')
    : { ...guess, is_guess: guess.encoding !== 'utf-8' };
}

function undecodable(encoding: string): Refusal {
  return new Refusal(
    'FETCH_UNDECODABLE',
    `The content is said to be ${encoding}, but is not. Convert it to UTF-8.`,
  );
}

/** The encoding of a label; null when there is no label, or an unknown one. */
function encodingOf(label: string | null): string | null {
  if (label === null) return null;
  try {
    return ASCII.test(label) ? 'utf-8' : new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

function markOf(content: Uint8Array): string | null {
  const found = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, at) => content[at] === byte));
  return found?.[1] ?? null;
}

/** The label was readable as ASCII, so the page is not UTF-16 whatever it says. */
function ownCharset(content: Uint8Array): string | null {
  const head = Buffer.from(content.subarray(0, HEAD)).toString('latin1');
  const label = (META.exec(head) ?? XML.exec(head))?.[1] ?? null;
  return label !== null && /^utf-?16/i.test(label) ? 'utf-8' : label;
}
