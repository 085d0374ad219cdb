/** Marks at the beginning of a text that outdo whatever else is said of it. */
const BYTE_ORDER_MARKS: readonly (readonly [mark: readonly number[], label: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** How far into a page its own word on its encoding is looked for. */
const HEAD = 4096;
const META = /<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{1,40})/i;
const XML = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([a-z0-9_:.-]{1,40})/i;

/**
 * The text of bytes: by their byte order mark, else by what the server says, else, of HTML, by what the
 * page says, else UTF-8, and where they are not that, windows-1252. What a decoder cannot read becomes
 * U+FFFD.
 */
export function decodeText(content: Uint8Array, charset: string | null, isHtml: boolean): string {
  const decoder =
    decoderOf(markOf(content)) ??
    decoderOf(charset) ??
    decoderOf(isHtml ? ownCharset(content) : null) ??
    new TextDecoder(isUtf8(content) ? 'utf-8' : 'windows-1252');
  return decoder.decode(content);
}

/** Null where there is no label, or one that nobody knows. */
function decoderOf(label: string | null) {
  if (label === null) return null;
  try {
    // UTF-8 is ASCII where it is ASCII; what says "us-ascii" and is not is UTF-8 more often than not.
    return new TextDecoder(/^(?:us-)?ascii$/i.test(label) ? 'utf-8' : label);
  } catch {
    return null;
  }
}

function markOf(content: Uint8Array): string | null {
  const found = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, at) => content[at] === byte));
  return found?.[1] ?? null;
}

/** What could be read of a page was ASCII, so it is not UTF-16 whatever it says. */
function ownCharset(content: Uint8Array): string | null {
  const head = Buffer.from(content.subarray(0, HEAD)).toString('latin1');
  const label = (META.exec(head) ?? XML.exec(head))?.[1] ?? null;
  return label !== null && /^utf-?16/i.test(label) ? 'utf-8' : label;
}

function isUtf8(content: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}
