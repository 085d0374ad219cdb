import { parseHTML } from 'linkedom';

/** As much of the DOM as is used here: neither Node nor the tests have its types. */
export interface DomNode {
  readonly nodeType: number;
  /** Of an element, its name in capitals. */
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly firstChild: DomNode | null;
  readonly nextSibling: DomNode | null;
}

/** An element. */
export interface DomElement extends DomNode {
  getAttribute(name: string): string | null;
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

/** The children of a node, without a list of them. */
export function* childrenOf(parent: DomNode): Generator<DomNode> {
  for (let child = parent.firstChild; child !== null; child = child.nextSibling) yield child;
}
