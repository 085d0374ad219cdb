import { nameOf, type SyntaxNode, walk } from './source-tree.ts';

/** Where a name of a source comes from. */
export interface Binding {
  readonly module: string;
  /** The name of the export; `*` for all of them. */
  readonly name: string;
}

/** The names that a source imports, or requires. */
export function moduleBindings(tree: SyntaxNode): ReadonlyMap<string, Binding> {
  const bindings = new Map<string, Binding>();
  walk(tree, (node) => {
    if (node.type === 'ImportDeclaration') addImport(bindings, node);
    if (node.type === 'VariableDeclarator') addRequire(bindings, node);
  });
  return bindings;
}

function addImport(bindings: Map<string, Binding>, node: SyntaxNode): void {
  const module = nameOf(node['source']);
  if (module === null || node['importKind'] === 'type') return;
  for (const specifier of node['specifiers'] as readonly SyntaxNode[]) {
    const local = nameOf(specifier['local']);
    const whole = specifier.type === 'ImportNamespaceSpecifier' ? '*' : 'default';
    if (local !== null) bindings.set(local, { module, name: nameOf(specifier['imported']) ?? whole });
  }
}

/** `const { a, b: c } = require('m')`, `const m = await import('m')`. */
function addRequire(bindings: Map<string, Binding>, { id, init }: SyntaxNode): void {
  const module = requiredModule(init as SyntaxNode | null);
  if (module === null) return;
  const local = nameOf(id);
  if (local !== null) bindings.set(local, { module, name: '*' });
  const { properties = [] } = id as { readonly properties?: readonly SyntaxNode[] };
  for (const property of properties) {
    const [name, own] = [nameOf(property['key']), nameOf(property['value'])];
    if (name !== null && own !== null) bindings.set(own, { module, name });
  }
}

function requiredModule(init: SyntaxNode | null): string | null {
  if (init === null) return null;
  if (init.type === 'AwaitExpression') return requiredModule(init['argument'] as SyntaxNode);
  if (init.type === 'ImportExpression') return nameOf(init['source']);
  const { callee, arguments: given } = init as { callee?: unknown; arguments?: readonly unknown[] };
  const isRequire = init.type === 'CallExpression' && nameOf(callee) === 'require';
  return isRequire ? nameOf(given?.[0]) : null;
}

/** What a callee is: an imported name, or a member of an imported whole. Null for anything else. */
export function calledBinding(callee: unknown, bindings: ReadonlyMap<string, Binding>): Binding | null {
  const name = nameOf(callee);
  if (name !== null) return bindings.get(name) ?? null;
  const { type, object, property, computed } = Object(callee) as Partial<SyntaxNode>;
  if (type !== 'MemberExpression' || computed === true) return null;
  const whole = bindings.get(nameOf(object) ?? '');
  const member = nameOf(property);
  return whole?.name === '*' && member !== null ? { module: whole.module, name: member } : null;
}
