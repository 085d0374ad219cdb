import { type DomElement, type DomNode, isElement, isText } from './dom.ts';
import { escapeLine, fenced, indented, quoted, tableRows } from './markdown-parts.ts';

/** One space wherever there is any white space. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The text of an element as light Markdown: headings, paragraphs, lists, quotations, tables and code. */
export function writeMarkdown(root: DomNode): string {
  return blocksOf(root, 0).join('\n\n');
}

/** What each element is, where it is more than a part of a line. */
const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...['H1', 'H2', 'H3', 'H4', 'H5', 'H6'].map((name): [string, Role] => [name, 'heading']),
  ...['UL', 'OL', 'MENU'].map((name): [string, Role] => [name, 'list']),
  ...['PRE', 'LISTING'].map((name): [string, Role] => [name, 'code']),
  ...['NAV', 'FOOTER', 'BUTTON', 'DIALOG', 'FORM'].map((name): [string, Role] => [name, 'none']),
  ...(
    'ADDRESS ARTICLE ASIDE CAPTION CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE HEADER HGROUP HR LEGEND ' +
    'LI MAIN P SECTION SUMMARY TBODY TD TFOOT TH THEAD TR'
  )
    .split(' ')
    .map((name): [string, Role] => [name, 'block']),
  ['BLOCKQUOTE', 'quotation'],
  ['TABLE', 'table'],
  ['BR', 'break'],
  ['CODE', 'word'],
]);

type Role = 'block' | 'heading' | 'list' | 'quotation' | 'code' | 'table' | 'break' | 'word' | 'none';

/** Lists and quotations inside each other beyond this are written as if they were side by side. */
const DEEPEST = 4;

function blocksOf(root: DomNode, depth: number): string[] {
  const writer = new BlockWriter(depth);
  writer.readChildren(root);
  return writer.end();
}

class BlockWriter {
  readonly #depth: number;
  readonly #blocks: string[] = [];
  #line = '';

  constructor(depth: number) {
    this.#depth = depth;
  }

  readChildren(parent: DomNode): void {
    for (let child = parent.firstChild; child !== null; child = child.nextSibling) this.#read(child);
  }

  /** Every block that was read, none of them empty. */
  end(): string[] {
    this.#endLine();
    return this.#blocks;
  }

  #read(node: DomNode): void {
    if (isText(node)) this.#line += (node.textContent ?? '').replace(/\s+/g, ' ');
    if (isElement(node) && !isHidden(node)) this.#readElement(node);
  }

  #readElement(element: DomElement): void {
    const role = ROLES.get(element.nodeName.toUpperCase());
    if (role === undefined) this.readChildren(element);
    else if (role === 'break') this.#line += '\n';
    else if (role === 'word') this.#line += codeWord(element);
    else if (role !== 'none') {
      this.#endLine();
      this.#readBlock(element, role);
      this.#endLine();
    }
  }

  #readBlock(element: DomElement, role: Role): void {
    if (role === 'heading') this.#add(headingOf(element));
    else if (role === 'code') this.#add(fenced(element.textContent ?? ''));
    else if (role === 'list' && this.#depth < DEEPEST) this.#add(listOf(element, this.#depth + 1));
    else if (role === 'quotation' && this.#depth < DEEPEST) this.#add(quotationOf(element, this.#depth + 1));
    else if (role === 'table' && isGrid(element)) this.#add(tableRows(rowsOf(element)));
    else this.readChildren(element);
  }

  #add(block: string): void {
    if (block !== '') this.#blocks.push(block);
  }

  #endLine(): void {
    const text = this.#line
      .replace(/ *\n */g, '\n')
      .replace(/ {2,}/g, ' ')
      .trim();
    this.#line = '';
    for (const paragraph of text.split(/\n{2,}/)) this.#add(paragraph.split('\n').map(escapeLine).join('\n'));
  }
}

function isHidden(element: DomElement): boolean {
  if (element.getAttribute('hidden') !== null || element.getAttribute('aria-hidden') === 'true') return true;
  return /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(element.getAttribute('style') ?? '');
}

function headingOf(element: DomElement): string {
  const text = squeeze(element.textContent ?? '');
  return text === '' ? '' : `${'#'.repeat(Number(element.nodeName.slice(1)))} ${text}`;
}

function codeWord(element: DomElement): string {
  const text = squeeze(element.textContent ?? '');
  return text === '' || text.includes('`') ? text : `\`${text}\``;
}

function listOf(list: DomElement, depth: number): string {
  const isOrdered = list.nodeName.toUpperCase() === 'OL';
  const items: string[] = [];
  for (let item = list.firstElementChild; item !== null; item = item.nextElementSibling) {
    const text = blocksOf(item, depth).join('\n');
    if (text !== '') items.push(indented(isOrdered ? `${items.length + 1}. ` : '- ', text));
  }
  return items.join('\n');
}

function quotationOf(element: DomElement, depth: number): string {
  return quoted(blocksOf(element, depth).join('\n\n'));
}

/** Whether a table is one of data, and not what the page is laid out with. */
function isGrid(table: DomElement): boolean {
  return table.querySelector('table, p, div, ul, ol, pre, blockquote, h1, h2, h3, h4, h5, h6') === null;
}

function rowsOf(table: DomElement): string[][] {
  const rows = Array.from(table.querySelectorAll('tr'), (row) =>
    Array.from(row.querySelectorAll('td, th'), (cell) => squeeze(cell.textContent ?? '')),
  );
  return rows.filter((row) => row.some((cell) => cell !== ''));
}
