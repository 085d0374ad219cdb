import Turndown from 'turndown';
import { type DomElement, isElement } from './dom.ts';

/**
 * The text of an element as light Markdown: headings, paragraphs, lists, quotations, tables and code.
 * Links, images and emphasis are left out, and so is what a page hides. The element is changed.
 */
export function writeMarkdown(root: DomElement): string {
  prepare(root);
  root.normalize();
  collapseSpace(root);
  return turndown.turndown(root).trim();
}

/** One space wherever there is any white space. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * Leaves the text of a page, and the elements that say how it is laid out, so that the converter takes
 * linear time whatever the page. Tells whether there is any text.
 */
function prepare(parent: DomElement): boolean {
  let hasText = false;
  for (const node of [...parent.childNodes]) {
    if (isElement(node)) hasText = prepareElement(node) || hasText;
    else hasText = /\S/.test(node.textContent ?? '') || hasText;
  }
  if (parent.nodeName === 'OL') numberItems(parent);
  return hasText;
}

function prepareElement(element: DomElement): boolean {
  if (element.nodeName === 'BR' || element.nodeName === 'HR') return false;
  const isShown = !CHROME.has(element.nodeName) && !isHidden(element) && prepare(element);
  if (!isShown) element.replaceWith(' ');
  else if (element.nodeName === 'PRE' || element.nodeName === 'LISTING') flatten(element);
  return isShown;
}

/** Elements around the text of a page. */
const CHROME: ReadonlySet<string> = new Set(['NAV', 'FOOTER', 'BUTTON', 'DIALOG', 'FORM']);
const HIDING_STYLE = /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;

function isHidden(element: DomElement): boolean {
  if (element.getAttribute('hidden') !== null || element.getAttribute('aria-hidden') === 'true') return true;
  return HIDING_STYLE.test(element.getAttribute('style') ?? '');
}

/** Outside of code every run of white space is one space, and a no-break space is like any other. */
function collapseSpace(parent: DomElement): void {
  for (const node of parent.childNodes) {
    if (!isElement(node)) node.textContent = (node.textContent ?? '').replace(/\s+/g, ' ');
    else if (node.nodeName !== 'PRE') collapseSpace(node);
  }
}

/** The converter takes quadratic time for a run of white space. */
const LONG_SPACE = /\s{101,}/g;
const MAX_SPACE = 100;

/** Code has no elements, and its white space is part of it. */
function flatten(element: DomElement): void {
  const code = element.ownerDocument.createElement('pre');
  code.textContent = (element.textContent ?? '').replace(LONG_SPACE, (run) => run.slice(0, MAX_SPACE));
  element.replaceWith(code);
}

function numberItems(list: DomElement): void {
  for (const [index, item] of [...list.children].entries()) item.setAttribute('value', String(index + 1));
}

/** A rule of the converter: what it applies to, and what it writes for the Markdown inside of it. */
interface Rule {
  readonly filter: string[] | ((element: DomElement) => boolean);
  readonly replacement: (content: string, element: DomElement) => string;
}

const RULES: Readonly<Record<string, Rule>> = {
  plain: { filter: ['a', 'b', 'strong', 'i', 'em'], replacement: (content) => content },
  lineBreak: { filter: ['br'], replacement: () => '\n' },
  rule: { filter: ['hr'], replacement: () => asBlock('') },
  block: { filter: ['caption', 'details', 'legend', 'summary'], replacement: asBlock },
  heading: { filter: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'], replacement: writeHeading },
  code: { filter: ['pre'], replacement: (_, { textContent }) => asBlock(fenced(textContent ?? '')) },
  word: { filter: ['code'], replacement: (_, { textContent }) => codeWord(squeeze(textContent ?? '')) },
  list: { filter: ['ul', 'ol', 'menu'], replacement: writeList },
  item: { filter: ['li'], replacement: writeItem },
  quotation: { filter: ['blockquote'], replacement: writeQuotation },
  table: { filter: isGrid, replacement: (_, table) => asBlock(tableRows(rowsOf(table))) },
};

const turndown = new Turndown();
turndown.escape = escapeLine;
for (const [name, rule] of Object.entries(RULES)) turndown.addRule(name, rule);

/** What would make more of a line than text: a heading, a fence, a quotation, a rule, HTML. */
const MARK = /^(?:#{1,6}(?=\s|$)|`{3}|~{3}|[<>]|(?:=+|-+)$)/;

/** Text that stays text: what it begins with is not a mark of Markdown. */
function escapeLine(text: string): string {
  return MARK.test(text) ? `\\${text}` : text;
}

function asBlock(text: string): string {
  return `\n\n${text}\n\n`;
}

function writeHeading(_: string, element: DomElement): string {
  const text = squeeze(element.textContent ?? '');
  return text === '' ? '' : asBlock(`${'#'.repeat(Number(element.nodeName.slice(1)))} ${text}`);
}

function codeWord(text: string): string {
  return text === '' || text.includes('`') ? text : `\`${text}\``;
}

/** A piece of code between fences that nothing in it closes. */
function fenced(code: string): string {
  const text = code.replace(/^[^\S\n]*\n/, '').trimEnd();
  if (text.trim() === '') return '';
  const longest = Math.max(2, ...Array.from(text.matchAll(/`{3,}/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** Lists and quotations nested more deeply are written as if they were side by side. */
const MAX_NESTING = 4;

function nestingOf(element: DomElement): number {
  let nesting = 0;
  for (let at: DomElement | null = element; at !== null; at = at.parentElement) {
    if (/^(?:ul|ol|menu|blockquote)$/i.test(at.nodeName)) nesting += 1;
  }
  return nesting;
}

function writeList(content: string, list: DomElement): string {
  const isInItem = list.parentElement?.nodeName === 'LI';
  return isInItem ? `\n${content}\n` : asBlock(content);
}

function writeItem(content: string, item: DomElement): string {
  const list = item.parentElement;
  const text = content.trim();
  if (list === null || nestingOf(list) > MAX_NESTING) return asBlock(text);
  const mark = list.nodeName === 'OL' ? `${item.getAttribute('value')}. ` : '- ';
  return `${mark}${text.replace(/\n(?!\n)/g, `\n${' '.repeat(mark.length)}`)}\n`;
}

function writeQuotation(content: string, element: DomElement): string {
  const text = content.trim();
  if (text === '' || nestingOf(element) > MAX_NESTING) return asBlock(text);
  return asBlock(text.replace(/^(?=.)/gm, '> ').replace(/^$/gm, '>'));
}

/** Whether an element is a table of data, and not what a page is laid out with. */
function isGrid(element: DomElement): boolean {
  if (element.nodeName !== 'TABLE') return false;
  return element.querySelector('table, p, div, ul, ol, pre, blockquote, h1, h2, h3, h4, h5, h6') === null;
}

function rowsOf(table: DomElement): string[][] {
  const rows = Array.from(table.querySelectorAll('tr'), (row) =>
    Array.from(row.querySelectorAll('td, th'), (cell) => squeeze(cell.textContent ?? '')),
  );
  return rows.filter((row) => row.some((cell) => cell !== ''));
}

/** A table: its first row names the columns. */
function tableRows(rows: readonly (readonly string[])[]): string {
  const [head, ...more] = rows;
  if (head === undefined) return '';
  return [rowText(head), rowText(head.map(() => '---')), ...more.map(rowText)].join('\n');
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
