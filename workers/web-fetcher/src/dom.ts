import { parseHTML } from 'linkedom';

/** As much of the DOM as is used here: neither Node nor the tests have its types. */
export interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly firstChild: DomNode | null;
  readonly nextSibling: DomNode | null;
}

/** An element. */
export interface DomElement extends DomNode {
  readonly firstElementChild: DomElement | null;
  readonly nextElementSibling: DomElement | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): DomElement | null;
  querySelectorAll(selector: string): Iterable<DomElement>;
}

/** A page. */
export interface DomDocument {
  readonly title: string;
  readonly body: DomElement;
  querySelector(selector: string): DomElement | null;
}

/** Parses a page: the source of its title, and of its body. */
export function parsePage(title: string, body: string): DomDocument {
  const safeTitle = title.replaceAll('<', ' ');
  const html = `<!doctype html><html><head><title>${safeTitle}</title></head><body>${body}</body></html>`;
  return parseHTML(html).document as unknown as DomDocument;
}

/** Whether a node is an element. */
export function isElement(node: DomNode): node is DomElement {
  return node.nodeType === 1;
}

/** Whether a node is text. */
export function isText(node: DomNode): boolean {
  return node.nodeType === 3;
}
