/** Marks at the beginning of a text that take precedence over any label. */
const BYTE_ORDER_MARKS: readonly (readonly [mark: readonly number[], label: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** How far into a page its own charset is searched for. */
const HEAD = 4096;
const META = /<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{1,40})/i;
const XML = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([a-z0-9_:.-]{1,40})/i;

/**
 * Decodes bytes: by their byte order mark, else the charset of the server, else (for HTML) that of the page,
 * else UTF-8, and when they are not UTF-8, windows-1252. Unreadable bytes become U+FFFD.
 */
export function decodeText(content: Uint8Array, charset: string | null, isHtml: boolean): string {
  const decoder =
    decoderOf(markOf(content)) ??
    decoderOf(charset) ??
    decoderOf(isHtml ? ownCharset(content) : null) ??
    new TextDecoder(isUtf8(content) ? 'utf-8' : 'windows-1252');
  return decoder.decode(content);
}

/** Null when there is no label, or an unknown one. */
function decoderOf(label: string | null) {
  if (label === null) return null;
  try {
    // ASCII is a part of UTF-8, and what is mislabelled as ASCII is mostly UTF-8.
    return new TextDecoder(/^(?:us-)?ascii$/i.test(label) ? 'utf-8' : label);
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

function isUtf8(content: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}
