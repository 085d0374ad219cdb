/**
 * A node of the syntax tree, with the members that mutants are made from. Every other member is a node,
 * a list of nodes, or plain data.
 */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** A member that holds a node, or undefined where it holds none. */
export function nodeIn(node: SyntaxNode | undefined, member: string): SyntaxNode | undefined {
  const value = node?.[member];
  return isSyntaxNode(value) ? value : undefined;
}

/** A member that must hold a node. */
export function requireNode(node: SyntaxNode, member: string): SyntaxNode {
  const found = nodeIn(node, member);
  if (found === undefined) throw new Error(`A ${node.type} without its ${member}.`);
  return found;
}

/** The nodes of a member that holds a list; null stands for a hole. */
export function nodesIn(node: SyntaxNode, member: string): (SyntaxNode | null)[] {
  const value = node[member];
  return Array.isArray(value) ? value.map((each) => (isSyntaxNode(each) ? each : null)) : [];
}

/** A member that holds text, or undefined where it holds none. */
export function textIn(node: SyntaxNode | undefined, member: string): string | undefined {
  const value = node?.[member];
  return typeof value === 'string' ? value : undefined;
}

/** Calls `visit(node, ancestors)` for every node, outer ones first; ancestors are the nearest first. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void,
  ancestors: readonly SyntaxNode[] = [],
): void {
  visit(node, ancestors);
  for (const child of Object.values(node).flat()) {
    if (isSyntaxNode(child)) walk(child, visit, [node, ...ancestors]);
  }
}

/** Whether a value is a node of the tree. */
export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value &&
    typeof value.start === 'number'
  );
}
