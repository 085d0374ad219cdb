import { childrenOf, type DomElement, type DomNode, isElement } from './dom.ts';

/** Elements around the text of a page. */
const CHROME: ReadonlySet<string> = new Set(['NAV', 'FOOTER', 'BUTTON', 'DIALOG', 'FORM']);
const HIDING_STYLE = /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;

/** Whether an element is part of the text of its page, and not hidden. */
export function isShown(element: DomElement): boolean {
  if (CHROME.has(element.nodeName) || element.getAttribute('hidden') !== null) return false;
  if (element.getAttribute('aria-hidden') === 'true') return false;
  return !HIDING_STYLE.test(element.getAttribute('style') ?? '');
}

/** The text that an element shows, white space as it is in the page; a line break is a line feed. */
export function shownText(root: DomNode): string {
  const parts: string[] = [];
  collect(root, parts);
  return parts.join('');
}

function collect(parent: DomNode, parts: string[]): void {
  for (const child of childrenOf(parent)) {
    if (!isElement(child)) parts.push(child.textContent ?? '');
    else if (child.nodeName === 'BR') parts.push('\n');
    else if (isShown(child)) collect(child, parts);
  }
}

/** One space wherever there is any white space. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
