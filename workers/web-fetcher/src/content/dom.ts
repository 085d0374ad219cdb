import { parseHTML } from 'linkedom';

/** As much of the DOM as is used here: neither Node nor the tests have its types. */
export interface DomNode {
  readonly nodeType: number;
  /** Of an element, its name in capitals. */
  readonly nodeName: string;
  textContent: string | null;
}

/** An element. */
export interface DomElement extends DomNode {
  readonly childNodes: Iterable<DomNode>;
  readonly parentElement: DomElement | null;
  readonly children: Iterable<DomElement>;
  readonly ownerDocument: DomDocument;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): DomElement | null;
  querySelectorAll(selector: string): Iterable<DomElement>;
  replaceWith(replacement: DomElement | string): void;
  /** Joins texts that follow each other. */
  normalize(): void;
}

/** A page. */
export interface DomDocument {
  readonly title: string;
  readonly body: DomElement;
  querySelector(selector: string): DomElement | null;
  createElement(name: string): DomElement;
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
