import { childrenOf, type DomElement, type DomNode, isElement } from './dom.ts';
import { gridOf } from './grid.ts';
import { Line } from './line.ts';
import { codeWord, fenced, listItem, quotation, tableRows } from './markdown-parts.ts';
import { isShown, shownText, squeeze } from './shown-text.ts';

/**
 * The text of an element as light Markdown: headings, paragraphs, lists, quotations, tables and code.
 * Links, images and emphasis are left out, and so is what a page hides.
 *
 * A server chooses the page. Every node is read once, and every character is written at most once for each
 * of `MAX_NESTING` lists and quotations: converters from npm append to the text of the whole page for each
 * element, and go through it again for each level.
 */
export function writeMarkdown(root: DomElement): string {
  return blocksOf(root, 0)
    .map(({ text }) => text)
    .join('\n\n');
}

/** What an element is, where it is more than a part of a line. */
type Role = 'block' | 'heading' | 'list' | 'quotation' | 'code' | 'table' | 'break' | 'word';

const BLOCKS =
  'ADDRESS ARTICLE ASIDE CAPTION CENTER DD DETAILS DIR DIV DL DT FIELDSET FIGCAPTION FIGURE HEADER HGROUP HR ' +
  'LEGEND LI MAIN OUTPUT P SECTION SUMMARY TBODY TD TFOOT TH THEAD TR';

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...BLOCKS.split(' ').map((name): [string, Role] => [name, 'block']),
  ...['H1', 'H2', 'H3', 'H4', 'H5', 'H6'].map((name): [string, Role] => [name, 'heading']),
  ...['UL', 'OL', 'MENU'].map((name): [string, Role] => [name, 'list']),
  ...['PRE', 'LISTING'].map((name): [string, Role] => [name, 'code']),
  ['BLOCKQUOTE', 'quotation'],
  ['TABLE', 'table'],
  ['BR', 'break'],
  ['CODE', 'word'],
]);

/** Lists and quotations nested more deeply are written as if they were side by side. */
const MAX_NESTING = 4;

interface Block {
  readonly text: string;
  /** A list continues the item that it is in. */
  readonly isList: boolean;
}

function blocksOf(root: DomNode, nesting: number): Block[] {
  const writer = new BlockWriter(nesting);
  writer.readChildren(root);
  return writer.end();
}

class BlockWriter {
  readonly #nesting: number;
  readonly #blocks: Block[] = [];
  readonly #line = new Line();

  /** @param nesting how many lists and quotations are around what is read */
  constructor(nesting: number) {
    this.#nesting = nesting;
  }

  readChildren(parent: DomNode): void {
    for (const child of childrenOf(parent)) this.read(child);
  }

  read(node: DomNode): void {
    if (!isElement(node)) this.#line.addText(node.textContent ?? '');
    else if (isShown(node)) this.#readElement(node);
    else this.#line.addText(' ');
  }

  /** Every block that was read, none of them empty. */
  end(): Block[] {
    for (const text of this.#line.take()) this.#add(text);
    return this.#blocks;
  }

  #readElement(element: DomElement): void {
    const role = ROLES.get(element.nodeName);
    if (role === undefined) this.readChildren(element);
    else if (role === 'break') this.#line.break();
    else if (role === 'word') this.#line.addWord(codeWord(squeeze(shownText(element))));
    else {
      this.end();
      this.#readBlock(element, role);
      this.end();
    }
  }

  #readBlock(element: DomElement, role: Role): void {
    const isNested = this.#nesting < MAX_NESTING;
    if (role === 'heading') this.#add(headingOf(element));
    else if (role === 'code') this.#add(fenced(shownText(element)));
    else if (role === 'list' && isNested) this.#readList(element);
    else if (role === 'quotation' && isNested) this.#add(this.#quotationOf(element));
    else if (role === 'table') this.#readTable(element);
    else this.readChildren(element);
  }

  #readList(list: DomElement): void {
    this.#add(itemsOf(list, this.#nesting + 1).join('\n'), true);
  }

  #quotationOf(element: DomElement): string {
    const blocks = blocksOf(element, this.#nesting + 1);
    return quotation(blocks.map(({ text }) => text).join('\n\n'));
  }

  /** A table of data becomes rows; one that a page is laid out with is read like any other element. */
  #readTable(table: DomElement): void {
    const grid = gridOf(table);
    if (grid === null) this.readChildren(table);
    else {
      this.#line.addText(grid.caption);
      this.end();
      this.#add(tableRows(grid.rows));
    }
  }

  #add(text: string, isList = false): void {
    if (text !== '') this.#blocks.push({ text, isList });
  }
}

function headingOf(element: DomElement): string {
  const text = squeeze(shownText(element));
  return text === '' ? '' : `${'#'.repeat(Number(element.nodeName.slice(1)))} ${text}`;
}

/** The items of a list as Markdown; what a list contains beside its items has no mark. */
function itemsOf(list: DomElement, nesting: number): string[] {
  const items: string[] = [];
  let beside = new BlockWriter(nesting);
  let number = 0;
  const add = (mark: string, text: string) => void (text !== '' && items.push(listItem(mark, text)));
  for (const child of childrenOf(list)) {
    if (child.nodeName !== 'LI') beside.read(child);
    else if (isElement(child) && isShown(child)) {
      add('', joined(beside.end()));
      beside = new BlockWriter(nesting);
      const text = joined(blocksOf(child, nesting));
      if (text !== '') number += 1;
      add(list.nodeName === 'OL' ? `${number}. ` : '- ', text);
    }
  }
  add('', joined(beside.end()));
  return items;
}

/** Blocks with an empty line between them, but none before a list that continues an item. */
function joined(blocks: readonly Block[]): string {
  return blocks.map(({ text, isList }, n) => (n === 0 ? text : `${isList ? '\n' : '\n\n'}${text}`)).join('');
}
