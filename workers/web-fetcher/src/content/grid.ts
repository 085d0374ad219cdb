import { childrenOf, type DomElement, type DomNode, isElement } from './dom.ts';
import { isShown, shownText, squeeze } from './shown-text.ts';

/** A table of data. */
export interface Grid {
  /** The text of the table that is in no cell. */
  readonly caption: string;
  readonly rows: readonly (readonly string[])[];
}

/** A table that contains one of these is what a page is laid out with. */
const LAYOUT: ReadonlySet<string> = new Set('TABLE P DIV UL OL PRE BLOCKQUOTE H1 H2 H3 H4 H5 H6'.split(' '));

/**
 * The cells of a table; null when a page is laid out with it. It is read up to the first element that
 * belongs to a layout, so that tables inside each other are not read again and again.
 */
export function gridOf(table: DomElement): Grid | null {
  const rows: string[][] = [];
  const caption: string[] = [];
  if (!readGrid(table, rows, caption)) return null;
  return { caption: squeeze(caption.join(' ')), rows };
}

function readGrid(parent: DomNode, rows: string[][], caption: string[]): boolean {
  for (const child of childrenOf(parent)) {
    if (!isElement(child)) caption.push(child.textContent ?? '');
    else if (isShown(child) && !readPart(child, rows, caption)) return false;
  }
  return true;
}

function readPart(part: DomElement, rows: string[][], caption: string[]): boolean {
  if (LAYOUT.has(part.nodeName)) return false;
  if (part.nodeName === 'TR') rows.push([]);
  if (part.nodeName !== 'TD' && part.nodeName !== 'TH') return readGrid(part, rows, caption);
  if (hasLayout(part)) return false;
  if (rows.length === 0) rows.push([]);
  rows.at(-1)?.push(squeeze(shownText(part)));
  return true;
}

function hasLayout(parent: DomNode): boolean {
  for (const child of childrenOf(parent)) {
    if (isElement(child) && isShown(child) && (LAYOUT.has(child.nodeName) || hasLayout(child))) return true;
  }
  return false;
}
