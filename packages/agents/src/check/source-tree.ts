import { parse } from '@babel/parser';

/** A node of the tree of a source. */
export interface SyntaxNode {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } } | null;
  readonly [member: string]: unknown;
}

/** The tree of a JavaScript or TypeScript source; null where it cannot be read. */
export function sourceTree(file: string, text: string): SyntaxNode | null {
  const isTyped = /\.[cm]?tsx?$/.test(file);
  const hasMarkup = !/\.[cm]?ts$/.test(file);
  try {
    const { program } = parse(text, {
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      plugins: [
        ...(isTyped ? ['typescript' as const] : []),
        ...(hasMarkup ? ['jsx' as const] : []),
        'decorators',
      ],
    });
    return program as unknown as SyntaxNode;
  } catch {
    return null;
  }
}

const NOT_CHILDREN = new Set([
  'loc',
  'start',
  'end',
  'extra',
  'leadingComments',
  'trailingComments',
  'innerComments',
]);

/** Visits every node with those above it, the nearest last. */
export function walk(
  root: SyntaxNode,
  visit: (node: SyntaxNode, above: readonly SyntaxNode[]) => void,
): void {
  const above: SyntaxNode[] = [];
  const descend = (node: SyntaxNode): void => {
    visit(node, above);
    above.push(node);
    for (const [name, value] of Object.entries(node)) {
      if (NOT_CHILDREN.has(name)) continue;
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) descend(child);
    }
    above.pop();
  };
  descend(root);
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
  );
}

/** The name of an identifier, or the value of a string; null for anything else. */
export function nameOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  const { type, name, value: text } = value;
  if (type === 'Identifier' && typeof name === 'string') return name;
  return type === 'StringLiteral' && typeof text === 'string' ? text : null;
}
