import { hideStops } from './hidden-stop.ts';

/**
 * Cleaning inside a block. Every pattern is bounded and cannot match its way back: the text is
 * whatever a tenant sends.
 */

const CODE = /``([^`]{1,500})``|`([^`]{1,500})`/g;
const IMAGE = /!\[[^[\]]{0,500}\](?:\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)|\[[^[\]]{0,200}\])?/g;
const LINK = /\[([^[\]]{0,500})\](?:\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)|\[[^[\]]{0,200}\])/g;
const FOOTNOTE = /\[\^[^[\]]{1,100}\]/g;
const AUTOLINK = /<[a-z][a-z0-9+.-]{1,30}:[^<>\s]{1,2000}>/gi;
const TAG = /<\/?[a-z][^<>]{0,2000}>/gi;
const REQUIREMENT_ID = /(?:\*\*|__)[A-Z][A-Z0-9]{0,15}(?:-[A-Z0-9.]{1,15}){1,6}:?(?:\*\*|__):?/g;
const EMPHASIS =
  /(?<![\p{L}\p{N}_*])([*_]{1,3})(?=[^\s*_])([^*_\n]{1,2000})(?<=[^\s*_])\1(?![\p{L}\p{N}_*])/gu;
const STRIKE = /~~([^~]{1,2000})~~/g;
const STARS = /\*{2,3}/g;
const ESCAPE = /\\([!-/:-@[-`{-~])/g;
const ENTITY = /&(amp|lt|gt|quot|apos|nbsp|ndash|mdash|hellip|#39);/g;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  '#39': "'",
};

/**
 * The plain text of a block: link texts without addresses, code without backticks and with its stops
 * hidden, no emphasis, no tags.
 */
export function cleanInline(markdown: string): string {
  const codes: string[] = [];
  const keep = (_: string, double: string | undefined, single: string | undefined) => {
    codes.push(hideStops((double ?? single ?? '').trim()));
    return `\u0001${codes.length - 1}\u0001`;
  };
  const text = markdown
    .replaceAll('\u0001', '')
    .replace(CODE, keep)
    .replace(IMAGE, '')
    .replace(FOOTNOTE, '')
    .replace(LINK, '$1')
    .replace(AUTOLINK, '')
    .replace(TAG, '')
    .replace(REQUIREMENT_ID, '')
    .replace(STRIKE, '$1')
    .replace(EMPHASIS, '$2')
    .replace(EMPHASIS, '$2')
    .replace(STARS, '')
    .replace(ESCAPE, '$1')
    .replace(ENTITY, (_, name: string) => ENTITIES[name] ?? '');
  return text.replace(/\u0001(\d+)\u0001/g, (_, index: string) => codes[Number(index)] ?? '');
}

const PAIRS = [
  ['<!--', '-->'],
  ['<script', '</script>'],
  ['<style', '</style>'],
  ['<pre', '</pre>'],
] as const;

/** Leaves out what stands between the marks of comments, scripts, styles and preformatted text. */
export function dropMarkup(markdown: string): string {
  return PAIRS.reduce((text, [open, close]) => dropBetween(text, open, close), markdown);
}

function dropBetween(text: string, open: string, close: string): string {
  const lower = text.toLowerCase();
  // A letter whose lower case is longer would shift every place behind it.
  if (lower.length !== text.length) return text;
  let kept = '';
  let from = 0;
  for (let start = lower.indexOf(open); start >= 0; start = lower.indexOf(open, from)) {
    const end = lower.indexOf(close, start + open.length);
    if (end < 0) break;
    kept += text.slice(from, start);
    from = end + close.length;
  }
  return kept + text.slice(from);
}
